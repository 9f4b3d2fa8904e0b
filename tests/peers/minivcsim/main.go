// minivcsim serves govmomi's vSphere simulator, as packaged by Debian
// (golang-github-vmware-govmomi-dev), over TLS on loopback, and adds what a backup
// client needs and that simulator lacks: a firmware system for each host, and each
// host's own web server, with a certificate and an address of its own.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o minivcsim .
//
// The first line on standard output is one JSON document (see announcement). The
// process ends on SIGTERM, on SIGINT, and when its standard input closes, so that it
// never outlives a test that was killed.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
)

// announcement is what a test needs to know to talk to this server.
type announcement struct {
	URL        string         `json:"url"`
	User       string         `json:"user"`
	Password   string         `json:"password"`
	Thumbprint string         `json:"thumbprint"` // SHA-256, AA:BB:…
	Control    string         `json:"control"`    // plain HTTP; see control.go
	Hosts      []announceHost `json:"hosts"`
}

type announceHost struct {
	Name       string `json:"name"`
	Address    string `json:"address"`
	UUID       string `json:"uuid"`
	User       string `json:"user"`
	Password   string `json:"password"`
	Thumbprint string `json:"thumbprint"`
	SHA256     string `json:"bundle_sha256"`
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("minivcsim: ")
	model := simulator.VPX()
	model.Machine = 0
	user := flag.String("user", "administrator@vsphere.local", "login user")
	password := flag.String("password", "peer-test", "login password")
	esx := flag.Bool("esx", false, "serve one directly connected ESXi host instead of a vCenter")
	flag.IntVar(&model.ClusterHost, "cluster-hosts", 2, "hosts in the cluster")
	flag.IntVar(&model.Host, "standalone-hosts", 1, "standalone hosts")
	network := flag.String("network", "127.77.0", "first three numbers of the addresses; the server gets .1, the hosts those that follow")
	bundleBytes := flag.Int("bundle-bytes", 65536, "approximate size of a configuration bundle")
	backupMillis := flag.Int("backup-ms", 0, "time that a backup takes, in milliseconds")
	flag.Parse()

	if *esx {
		model = simulator.ESX()
		model.Machine = 0
	}
	model.DelayConfig.MethodDelay = map[string]int{"BackupFirmwareConfiguration": *backupMillis}
	check(model.Create())
	defer model.Remove()

	serverAddress := *network + ".1"
	listener, err := net.Listen("tcp", serverAddress+":0")
	check(err)
	port := listener.Addr().(*net.TCPAddr).Port
	login := url.UserPassword(*user, *password)

	lab := newLab(port, login, *network, *esx, *bundleBytes)
	mux := http.NewServeMux()
	service := model.Service
	service.ServeMux = mux
	service.Listen = &url.URL{Scheme: "https", Host: listener.Addr().String(), Path: "/sdk", User: login}
	service.RegisterSDK(simulator.Map)
	mux.HandleFunc("/sdk/vimServiceVersions.xml", service.ServiceVersions)
	lab.service = service

	identity := newIdentity(serverAddress)
	if *esx {
		// A directly connected host is the server: same address, same certificate.
		only := lab.hosts[0]
		identity = only.identity
		mux.Handle("/downloads/", only)
		mux.Handle("/tmp/", only)
	} else {
		for _, host := range lab.hosts {
			hostListener, err := net.Listen("tcp", host.hostPort())
			check(err)
			go serveTLS(hostListener, host.identity, host)
		}
	}
	go serveTLS(listener, identity, lab.watchLogins(mux))

	control, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(http.Serve(control, lab.control())) }()

	check(json.NewEncoder(os.Stdout).Encode(announcement{
		URL:        "https://" + listener.Addr().String(),
		User:       *user,
		Password:   *password,
		Thumbprint: identity.thumbprint,
		Control:    "http://" + control.Addr().String(),
		Hosts:      lab.announce(),
	}))

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(ioutil.Discard, os.Stdin)
		stop <- syscall.SIGTERM
	}()
	<-stop
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
