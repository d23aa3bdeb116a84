// Picture draws text from a terminal as SVG: every character at its column, wide ones over two. It reads standard input
// and writes standard output; see `make picture`.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"strings"
	"unicode"
)

const (
	cell   = 8.4 // width of a column, pixels
	line   = 19
	margin = 18
)

func main() {
	var lines []string
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		lines = append(lines, strings.TrimRight(in.Text(), " \r"))
	}
	columns := 0
	for _, l := range lines {
		columns = max(columns, width(l))
	}
	w, h := float64(columns)*cell+2*margin, len(lines)*line+2*margin
	fmt.Printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace,Menlo,Consolas,'Noto Sans Mono CJK SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',monospace" font-size="14">`+"\n", w, h)
	fmt.Printf(`<rect width="100%%" height="100%%" rx="8" fill="#16181d"/>` + "\n")
	for i, l := range lines {
		if l != "" {
			draw(l, margin+line*i+14)
		}
	}
	fmt.Println("</svg>")
}

// draw writes one line, each word at its own x, so that no font moves the columns.
func draw(l string, y int) {
	color := "#d7dae0"
	switch {
	case strings.HasPrefix(l, "$"):
		color = "#7fc8a9"
	case strings.HasPrefix(l, "story:"):
		color = "#e8c46b"
	}
	fmt.Printf(`<text y="%d" fill="%s">`, y, color)
	x := float64(margin)
	var word strings.Builder
	began, wide := x, 0
	flush := func() {
		if word.Len() > 0 {
			fmt.Printf(`<tspan x="%.1f">%s</tspan>`, began, html.EscapeString(word.String()))
		}
		word.Reset()
	}
	for _, r := range l {
		if r == ' ' || runeWidth(r) != wide {
			flush()
			began, wide = x, runeWidth(r)
		}
		if r != ' ' {
			word.WriteRune(r)
		} else {
			wide = 0
		}
		x += cell * float64(runeWidth(r))
	}
	flush()
	fmt.Println("</text>")
}

func width(s string) (n int) {
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for what terminals draw over two columns: Chinese and its punctuation.
func runeWidth(r rune) int {
	if unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 {
		return 2
	}
	return 1
}
