package matcher_test

import (
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

// BenchmarkExplain measures the answers one by one, each with a new Explainer, and all at once; and Fill beside them.
func BenchmarkExplain(b *testing.B) {
	for name, made := range map[string]func() (*matcher.Problem, error){
		"town":   func() (*matcher.Problem, error) { return instance.GenerateFill(10_000, 2_500, 20, 4, 1) },
		"city":   func() (*matcher.Problem, error) { return instance.GenerateFill(100_000, 25_000, 20, 4, 1) },
		"scarce": func() (*matcher.Problem, error) { return instance.GenerateFill(50_000, 25_000, 20, 4, 1) },
		"crowd":  func() (*matcher.Problem, error) { return instance.GenerateFill(100_000, 2_500, 20, 4, 1) },
		"roster": func() (*matcher.Problem, error) { return instance.GenerateRoster(20_000, 5_000, 14, 30, 1) },
	} {
		b.Run(name, func(b *testing.B) {
			p, err := made()
			if err != nil {
				b.Fatal(err)
			}
			plan, err := matcher.Fill(b.Context(), p)
			if err != nil {
				b.Fatal(err)
			}
			b.Run("fill", func(b *testing.B) {
				for b.Loop() {
					if _, err := matcher.Fill(b.Context(), p); err != nil {
						b.Fatal(err)
					}
				}
			})
			benchmarkExplain(b, p, plan.Assignments)
		})
	}
}

func benchmarkExplain(b *testing.B, p *matcher.Problem, plan []matcher.Assignment) {
	for part, ask := range map[string]func(e *matcher.Explainer) error{
		"new":      func(*matcher.Explainer) error { return nil },
		"gaps":     func(e *matcher.Explainer) error { _, err := e.Gaps(b.Context()); return err },
		"marginal": func(e *matcher.Explainer) error { _, err := e.Marginal(b.Context()); return err },
		"wish":     func(e *matcher.Explainer) error { _, err := e.WhyNot(b.Context(), 7); return err },
		"all":      func(e *matcher.Explainer) error { _, err := e.All(b.Context()); return err },
	} {
		b.Run(part, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := matcher.NewExplainer(b.Context(), p, plan)
				if err != nil {
					b.Fatal(err)
				}
				if err := ask(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
