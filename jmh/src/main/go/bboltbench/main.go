// Command bboltbench runs the workloads of dev.plinth.jmh.pagestore.StoreComparison on bbolt.
//
//	bboltbench DIRECTORY [PART]   runs the workloads whose names contain PART, one line
//	                              "name operations-per-second" each
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

const (
	keys      = 200_000
	valueSize = 256
)

var bucket = []byte("bench")

// mix is SplitMix64: the same sequence of keys as on the other side.
func mix(z uint64) uint64 {
	z += 0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

func key(n uint64) []byte {
	k := make([]byte, 17)
	binary.BigEndian.PutUint64(k, n)
	k[8] = '_'
	return k
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(path string) *bolt.DB {
	db, err := bolt.Open(path, 0600, &bolt.Options{
		FreelistType:    bolt.FreelistMapType,
		NoFreelistSync:  true,
		InitialMmapSize: 10 << 30,
	})
	must(err)
	return db
}

func put(db *bolt.DB, batch int, fill float64, next func() uint64, value []byte) {
	must(db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		b.FillPercent = fill
		for i := 0; i < batch; i++ {
			if err := b.Put(key(next()), value); err != nil {
				return err
			}
		}
		return nil
	}))
}

func report(name string, operations int, start time.Time) {
	fmt.Printf("%s %.1f\n", name, float64(operations)/time.Since(start).Seconds())
}

func puts(name, path string, commits, batch int, fill float64, random, sync bool) {
	db := open(path)
	defer db.Close()
	value := make([]byte, valueSize)
	var n uint64
	if random {
		for n < keys {
			put(db, 10_000, 0.9, func() uint64 { n++; return n - 1 }, value)
		}
	}
	db.NoSync = !sync
	value[0] = 1
	var r uint64
	next := func() uint64 { n++; return n - 1 }
	if random {
		next = func() uint64 { r++; return mix(r) % keys }
	}
	start := time.Now()
	for i := 0; i < commits; i++ {
		put(db, batch, fill, next, value)
	}
	report(name, commits*batch, start)
}

func reads(path string) {
	db := open(path)
	value := make([]byte, valueSize)
	var n uint64
	for n < keys {
		put(db, 10_000, 0.9, func() uint64 { n++; return n - 1 }, value)
	}
	must(db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		const gets = 1_000_000
		k := key(0)
		sum := 0
		for round := 0; round < 2; round++ {
			start := time.Now()
			for i := uint64(0); i < gets; i++ {
				binary.BigEndian.PutUint64(k, mix(i)%keys)
				sum += len(b.Get(k))
			}
			if round == 1 {
				report("get-random", gets, start)
			}
		}
		start := time.Now()
		count := 0
		for round := 0; round < 5; round++ {
			c := b.Cursor()
			for k, v := c.First(); k != nil; k, v = c.Next() {
				sum += len(v)
				count++
			}
		}
		report("scan", count, start)
		if sum == 0 {
			return fmt.Errorf("nothing read")
		}
		return nil
	}))
	must(db.Close())
	start := time.Now()
	for i := 0; i < 20; i++ {
		must(open(path).Close())
	}
	report("open", 20, start)
}

// fragmented: every second page free, one put for each commit, the list persisted.
func fragmented(path string) {
	db, err := bolt.Open(path, 0600, &bolt.Options{InitialMmapSize: 10 << 30})
	must(err)
	defer db.Close()
	db.NoSync = true
	value := make([]byte, 3000)
	var n uint64
	for n < 100_000 {
		put(db, 10_000, 0.5, func() uint64 { n++; return n - 1 }, value)
	}
	must(db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucket)
		for i := uint64(0); i < 100_000; i++ {
			if i/2%2 == 0 {
				if err := b.Delete(key(i)); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	put(db, 1, 0.5, func() uint64 { n++; return n }, value)
	must(db.Sync())
	db.NoSync = false
	fmt.Fprintln(os.Stderr, "free pages", db.Stats().FreePageN)
	start := time.Now()
	for i := 0; i < 300; i++ {
		put(db, 1, 0.5, func() uint64 { return 2 + 4*mix(uint64(i))%100_000/4 }, value)
	}
	report("fragmented-1", 300, start)
}

func main() {
	dir := os.Args[1]
	wanted := func(name string) bool {
		return len(os.Args) < 3 || strings.Contains(name, os.Args[2])
	}
	puts := func(name, path string, commits, batch int, fill float64, random, sync bool) {
		if wanted(name) {
			puts(name, path, commits, batch, fill, random, sync)
		}
	}
	file := func(name string) string { return filepath.Join(dir, name+".bbolt") }
	puts("put-sequential-1", file("s1"), 500, 1, 0.9, false, true)
	puts("put-sequential-100", file("s100"), 300, 100, 0.9, false, true)
	puts("put-sequential-10000", file("s10000"), 20, 10_000, 0.9, false, true)
	puts("put-random-100", file("r100"), 300, 100, 0.5, true, true)
	puts("put-random-10000", file("r10000"), 10, 10_000, 0.5, true, true)
	if wanted("get-random scan open") {
		reads(file("read"))
	}
	if wanted("fragmented-1") {
		fragmented(file("fragmented"))
	}
}
