package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/ioutil"
	"math/rand"
	"strings"
	"time"
)

type member struct {
	name string
	data []byte
}

// newBundle is a configBundle of the plain format (before 7.0 U2): Manifest.txt beside
// state.tgz, which holds local.tgz, which holds the files. Incompressible filler brings
// it to about the size asked for.
func newBundle(name, uuid, release string, size int) []byte {
	filler := make([]byte, size)
	seed := int64(0)
	for _, c := range uuid {
		seed = seed*31 + int64(c)
	}
	rand.New(rand.NewSource(seed)).Read(filler)

	local := pack([]member{
		{"etc/hosts", []byte("127.0.0.1\tlocalhost.localdomain localhost\n" + "127.0.0.1\t" + name + "\n")},
		{"etc/resolv.conf", []byte("nameserver 192.0.2.53\nsearch lab.test\n")},
		{"etc/shadow", []byte("root:$6$notareal$" + strings.Repeat("x", 86) + ":18000:0:99999:7:::\n")},
		{"etc/vmware/esx.conf", []byte(fmt.Sprintf("/adv/Misc/HostName = %q\n/system/uuid = %q\n/net/vmkernelnic/child[0000]/name = \"vmk0\"\n", name, uuid))},
		{"etc/vmware/.backup.counter", []byte("17\n")},
		{"etc/random-seed", filler},
	})
	return pack([]member{
		{"Manifest.txt", []byte(fmt.Sprintf("RELEASELEVEL=%s\nUUID=%s\nKERNELOPTS=\nUSEROPTS=\n", release, uuid))},
		{"state.tgz", pack([]member{{"local.tgz", local}})},
	})
}

func pack(members []member) []byte {
	var out bytes.Buffer
	packed := gzip.NewWriter(&out)
	archive := tar.NewWriter(packed)
	for _, m := range members {
		check(archive.WriteHeader(&tar.Header{Name: m.name, Mode: 0600, Size: int64(len(m.data)), ModTime: time.Unix(1600000000, 0)}))
		_, err := archive.Write(m.data)
		check(err)
	}
	check(archive.Close())
	check(packed.Close())
	return out.Bytes()
}

// manifestOf reads the KEY=value lines of a bundle's Manifest.txt.
func manifestOf(bundle []byte) (map[string]string, error) {
	packed, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(packed)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return nil, errors.New("no Manifest.txt")
		}
		if err != nil {
			return nil, err
		}
		if header.Name != "Manifest.txt" {
			continue
		}
		text, err := ioutil.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		values := map[string]string{}
		for _, line := range strings.Split(string(text), "\n") {
			if at := strings.IndexByte(line, '='); at > 0 {
				values[line[:at]] = line[at+1:]
			}
		}
		return values, nil
	}
}
