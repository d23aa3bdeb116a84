package boltkv_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"nuo.internal/nuo/server/kv"
	"nuo.internal/nuo/server/kv/boltkv"
)

// A claim as the store will make it: seven keys, some read, two scanned ranges, values of a few hundred bytes.
const (
	benchCallers = 64
	benchShifts  = 2000
)

var benchValue = make([]byte, 250)

type getPutter interface {
	get(key []byte) []byte
	put(key, value []byte) error
}

func claimKey(kind byte, who, what uint64) []byte {
	k := binary.BigEndian.AppendUint64([]byte{kind, '/'}, who)
	return binary.BigEndian.AppendUint64(k, what)
}

// claim writes seven keys: contract, shift's counter, person's conflict key, holder, event, event's head, request.
func claim(tx getPutter, shift, person, n uint64) error {
	count := tx.get(claimKey('s', shift, 0))
	tx.get(claimKey('p', person, 0))
	tx.get(claimKey('h', shift, 0))
	tx.get(claimKey('r', n, 1))
	head := binary.BigEndian.AppendUint64(nil, uint64(len(count))+n)
	for _, w := range []struct{ k, v []byte }{
		{claimKey('c', person, n), benchValue},
		{claimKey('s', shift, 0), head},
		{claimKey('p', person, 0), head},
		{claimKey('f', shift, n), head},
		{claimKey('e', n, 0), benchValue},
		{claimKey('h', shift, 0), head},
		{claimKey('r', n*0x9e3779b97f4a7c15, 1), benchValue},
	} {
		if err := tx.put(w.k, w.v); err != nil {
			return err
		}
	}
	return nil
}

type engineTx struct{ kv.Tx }

func (t engineTx) get(key []byte) []byte       { v, _ := t.Get(key); return v }
func (t engineTx) put(key, value []byte) error { return t.Put(key, value) }

type bucketTx struct{ *bolt.Bucket }

func (t bucketTx) get(key []byte) []byte       { return t.Get(key) }
func (t bucketTx) put(key, value []byte) error { return t.Put(key, value) }

// rate makes n claims from benchCallers callers and returns how many were made in a second.
func rate(b testing.TB, n int, do func(shift, person, n uint64) error) float64 {
	var next atomic.Uint64
	var wg sync.WaitGroup
	begun := time.Now()
	for i := range benchCallers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for {
				c := next.Add(1)
				if c > uint64(n) {
					return
				}
				if err := do(r.Uint64N(benchShifts), r.Uint64N(20000), c); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(begun).Seconds()
}

func engineRate(b testing.TB, n int) float64 {
	e := open(b, filepath.Join(b.TempDir(), "store"), boltkv.Config{FeedPrefixes: [][]byte{{'e'}}})
	defer e.Close()
	r := rate(b, n, func(shift, person, n uint64) error {
		_, err := e.Update(context.Background(), func(tx kv.Tx) error { return claim(engineTx{tx}, shift, person, n) })
		return err
	})
	if b, ok := b.(*testing.B); ok {
		b.ReportMetric(float64(e.Stats().Updates)/float64(e.Stats().Commits), "claims/commit")
	}
	return r
}

// batchRate is the same work by bbolt's own means of joining transactions.
func batchRate(b testing.TB, n int) float64 {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "bolt"), 0o600, &bolt.Options{
		FreelistType: bolt.FreelistMapType, InitialMmapSize: 1 << 30, NoStatistics: true,
	})
	must(b, err)
	defer db.Close()
	must(b, db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("data")); return err }))
	return rate(b, n, func(shift, person, n uint64) error {
		return db.Batch(func(tx *bolt.Tx) error {
			return claim(bucketTx{tx.Bucket([]byte("data"))}, shift, person, n)
		})
	})
}

// BenchmarkClaims reports claims a second with 64 callers and how many times as many as bbolt's Batch, which is
// measured before and after in the same run.
func BenchmarkClaims(b *testing.B) {
	const each = 10000
	for range b.N {
		before := batchRate(b, each/4)
		r := engineRate(b, each)
		after := batchRate(b, each/4)
		b.ReportMetric(r, "claims/s")
		b.ReportMetric((before+after)/2, "batch-claims/s")
		b.ReportMetric(2*r/(before+after), "times-batch")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkHotShift has all callers claim on one shift.
func BenchmarkHotShift(b *testing.B) {
	e, _ := fresh(b, boltkv.Config{FeedPrefixes: [][]byte{{'e'}}})
	const each = 10000
	for i := range b.N {
		r := rate(b, each, func(_, person, n uint64) error {
			_, err := e.Update(context.Background(), func(tx kv.Tx) error {
				return claim(engineTx{tx}, 1, person, n+uint64(i)*each)
			})
			return err
		})
		b.ReportMetric(r, "claims/s")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkUpdate is one caller's: two syncs and what they cost beside them.
func BenchmarkUpdate(b *testing.B) {
	e, _ := fresh(b, boltkv.Config{})
	b.ReportAllocs()
	for i := range b.N {
		_, err := e.Update(context.Background(), func(tx kv.Tx) error {
			return claim(engineTx{tx}, 1, uint64(i%1000), uint64(i))
		})
		must(b, err)
	}
}

// BenchmarkView reads five keys and a short range, alone and under writers, from one and from many goroutines.
func BenchmarkView(b *testing.B) {
	for _, writers := range []int{0, benchCallers} {
		for _, readers := range []int{1, 16} {
			b.Run(fmt.Sprintf("writers=%d/readers=%d", writers, readers), func(b *testing.B) {
				benchViews(b, writers, readers)
			})
		}
	}
}

func benchViews(b *testing.B, writers, readers int) {
	e, _ := fresh(b, boltkv.Config{})
	for i := range 2000 {
		if i%200 == 0 {
			must(b, put(e, string(claimKey('c', uint64(i), 0)), "v"))
		}
	}
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for w := range writers {
		wg.Go(func() {
			for i := uint64(0); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				_, _ = e.Update(context.Background(), func(tx kv.Tx) error { return claim(engineTx{tx}, i%50, uint64(w), i) })
			}
		})
	}
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				must(b, e.View(context.Background(), readSome))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	close(stop)
	wg.Wait()
}

func readSome(tx kv.Tx) error {
	for i := range uint64(5) {
		if _, err := tx.Get(claimKey('c', i*200, 0)); err != nil {
			return err
		}
	}
	n := 0
	for _, err := range tx.Scan(kv.Prefix([]byte("c/"))) {
		if n++; err != nil || n == 10 {
			return err
		}
	}
	return nil
}
