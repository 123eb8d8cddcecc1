// Keeps compiled code beside the program: unlike the temporary folder it outlives a restart, and nobody else can write to it.
// Plain JavaScript, as everything that is loaded before it: without a cache, Node first loads its TypeScript reader.
import { enableCompileCache } from 'node:module'
import path from 'node:path'

enableCompileCache(path.join(import.meta.dirname, '../../node_modules/.cache/drillbook'))
