package main

import (
	"fmt"
	"math"
	"strings"
)

// line is a curve with a name.
type line struct {
	name   string
	points []point
}

type point struct{ volunteers, seconds float64 }

// The picture has a ground of its own, so that it can be read on light and dark pages.
const (
	width, height            = 760, 440
	left, right, top, bottom = 76, 110, 34, 52
	ground, ink, faint       = "#16181d", "#d7dae0", "#343842"
	leastVolunteers          = 3 // powers of ten
	mostVolunteers           = 6
	seconds0                 = 1e-6
	font                     = "ui-sans-serif,system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif"
	title                    = "Time to solve, by volunteers (20 eligible pairs each; both axes logarithmic)"
)

var colors = []string{"#7fc8a9", "#e8c46b", "#e07a6b"}

// draw is the lines as SVG, both axes logarithmic.
func draw(lines []line) string {
	low, high := decades(lines)
	x := func(v float64) float64 {
		return left + (math.Log10(v)-leastVolunteers)/(mostVolunteers-leastVolunteers)*(width-left-right)
	}
	y := func(s float64) float64 {
		return height - bottom - (math.Log10(max(s, seconds0))-low)/(high-low)*(height-top-bottom)
	}
	var svg strings.Builder
	write := func(format string, a ...any) { fmt.Fprintf(&svg, format+"\n", a...) }
	write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="%s" font-size="13" fill="%s">`, width, height, font, ink)
	write(`<title>%s</title>`, title)
	write(`<rect width="100%%" height="100%%" rx="8" fill="%s"/>`, ground)
	write(`<text x="%d" y="22">%s</text>`, left, title)
	for d := low; d <= high; d++ {
		at := y(math.Pow(10, d))
		write(`<path d="M%d %.1fH%d" stroke="%s"/>`, left, at, width-right, faint)
		write(`<text x="%d" y="%.1f" text-anchor="end">%s</text>`, left-8, at+4, duration(math.Pow(10, d)))
	}
	for d := leastVolunteers; d <= mostVolunteers; d++ {
		at := x(math.Pow(10, float64(d)))
		write(`<path d="M%.1f %dV%d" stroke="%s"/>`, at, top, height-bottom, faint)
		write(`<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, at, height-bottom+20, number(math.Pow(10, float64(d))))
	}
	write(`<text x="%d" y="%d" text-anchor="middle">volunteers</text>`, (left+width-right)/2, height-12)
	for i, l := range lines {
		if len(l.points) == 0 {
			continue
		}
		var path strings.Builder
		for n, p := range l.points {
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(n, 1)], x(p.volunteers), y(p.seconds))
		}
		write(`<path d="%s" fill="none" stroke="%s" stroke-width="2.5"/>`, path.String(), colors[i])
		for _, p := range l.points {
			write(`<circle cx="%.1f" cy="%.1f" r="4" fill="%s"/>`, x(p.volunteers), y(p.seconds), colors[i])
		}
		last := l.points[len(l.points)-1]
		anchor, atX, atY := "start", x(last.volunteers)+9, y(last.seconds)+4
		if atX < width-right { // a line that ends early is named above its end
			anchor, atY = "end", atY-14
		}
		write(`<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s">%s %s</text>`, atX, atY, anchor, colors[i], l.name, duration(last.seconds))
	}
	write(`</svg>`)
	return svg.String()
}

// decades are the powers of ten of seconds that hold every point.
func decades(lines []line) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, p := range l.points {
			exact := math.Log10(max(p.seconds, seconds0))
			low, high = min(low, math.Floor(exact)), max(high, math.Ceil(exact))
		}
	}
	return low, high
}
