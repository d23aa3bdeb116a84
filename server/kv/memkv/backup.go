package memkv

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"os"

	"nuo.internal/nuo/server/kv"
)

// image is the content of a backup's file.
type image struct {
	Position, Floor kv.Position
	Feed            []kv.Change
	Pairs           []kv.Pair
}

// Backup implements kv.Engine: the copy is one that Load takes.
func (e *Engine) Backup(ctx context.Context, file string) error {
	if _, err := e.enter(ctx); err != nil {
		return err
	}
	defer e.active.Done()
	e.mu.Lock()
	now := e.now
	i := image{Position: now.position, Floor: e.floor, Feed: e.feed}
	e.mu.Unlock()
	next := now.root.scan(kv.Range{})
	for n := next(); n != nil; n = next() {
		i.Pairs = append(i.Pairs, kv.Pair{Key: n.key, Value: n.value})
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(gob.NewEncoder(w).Encode(i), w.Flush(), f.Close())
}

// Load returns an engine with the content of a file that Backup wrote.
func Load(file string, c Config) (*Engine, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var i image
	if err := gob.NewDecoder(bufio.NewReader(f)).Decode(&i); err != nil {
		return nil, err
	}
	e := New(c)
	for _, p := range i.Pairs {
		e.now.root = e.now.root.put(p.Key, p.Value, i.Position)
	}
	e.now.position, e.floor, e.feed = i.Position, i.Floor, i.Feed
	return e, nil
}
