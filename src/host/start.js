// Starts the program that it is given, with its compiled code at hand.
import './fast-loading.js'

await import(process.argv[2])
