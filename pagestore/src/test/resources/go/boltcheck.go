// Command boltcheck looks at a file with the reference library.
//
//	boltcheck check FILE    runs the library's own consistency check
//	boltcheck digest FILE   prints the SHA-256 over all keys and values in order
package main

import (
	"crypto/sha256"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func digest(path string) {
	db, err := bolt.Open(path, 0600, &bolt.Options{ReadOnly: true})
	must(err)
	h := sha256.New()
	must(db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
			h.Write(name)
			return walk(b, h)
		})
	}))
	fmt.Printf("%x\n", h.Sum(nil))
}

func walk(b *bolt.Bucket, h interface{ Write([]byte) (int, error) }) error {
	return b.ForEach(func(k, v []byte) error {
		h.Write(k)
		if v == nil {
			return walk(b.Bucket(k), h)
		}
		h.Write(v)
		return nil
	})
}

func check(path string) {
	db, err := bolt.Open(path, 0600, &bolt.Options{ReadOnly: true, PreLoadFreelist: true})
	must(err)
	must(db.View(func(tx *bolt.Tx) error {
		found := 0
		for err := range tx.Check() {
			fmt.Println(err)
			found++
		}
		if found > 0 {
			return fmt.Errorf("%d errors found", found)
		}
		fmt.Println("OK")
		return nil
	}))
}

func main() {
	if len(os.Args) != 3 {
		must(fmt.Errorf("usage: boltcheck check|digest FILE"))
	}
	switch os.Args[1] {
	case "check":
		check(os.Args[2])
	case "digest":
		digest(os.Args[2])
	default:
		must(fmt.Errorf("unknown command %q", os.Args[1]))
	}
}
