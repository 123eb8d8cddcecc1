// Starts the program that it is given, with its compiled code at hand.
import './compile-cache.js'

await import(process.argv[2])
