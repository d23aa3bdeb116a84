// Command nuo is Nuo on the command line: the service (nuo serve) and its client (everything else).
package main

import "os"

func main() { os.Exit(newApp().run(os.Args[1:])) }
