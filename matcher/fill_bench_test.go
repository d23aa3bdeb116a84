package matcher_test

import (
	"testing"

	"nuo.internal/nuo/matcher"
	"nuo.internal/nuo/matcher/instance"
)

func benchmarkSharedFill(b *testing.B, name string, filled int, rank int64) {
	b.Helper()
	p, err := readShared(name)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFill(b, p, filled, rank)
}

func benchmarkFill(b *testing.B, p *matcher.Problem, filled int, rank int64) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		plan, err := matcher.Fill(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		if plan.Score.Filled != filled || plan.Score.Rank != rank {
			b.Fatalf("filled %d rank %d, not %d and %d", plan.Score.Filled, plan.Score.Rank, filled, rank)
		}
	}
}

func BenchmarkFillSmall(b *testing.B) { benchmarkSharedFill(b, "small", 799, 1169) }

func BenchmarkFillTown(b *testing.B) { benchmarkSharedFill(b, "town", 9995, 20130) }

func BenchmarkFillCity(b *testing.B) {
	p, err := instance.GenerateFill(100000, 25000, 20, 4, 1)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFill(b, p, 99964, 199637)
}

func BenchmarkFillDense(b *testing.B) {
	p, err := instance.GenerateDense(2000)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFill(b, p, 2000, 2729)
}
