package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/ioutil"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

const maxUpload = 64 << 20

// lab is every simulated host, and the sessions of the server that they belong to.
type lab struct {
	port    int
	service *simulator.Service
	hosts   []*labHost

	sessions sync.Mutex
	// keys are the sessions opened so far; some may have ended since.
	keys map[string]bool
	// expireAfter counts backups down; at 0 every session ends.
	expireAfter int
}

// labHost is one ESXi host: the inventory's object, and its own web server's state.
type labHost struct {
	sync.Mutex
	lab      *lab
	system   *simulator.HostSystem
	address  string
	identity identity
	user     string
	password string
	bundle   []byte
	upload   []byte
	// downloads are the bundles that a backup has laid ready, by random folder name.
	downloads map[string][]byte
}

// newLab gives each host of the inventory an address, a certificate, and a firmware
// system. A directly connected host has the server's address and login.
func newLab(port int, login *url.Userinfo, network string, direct bool, bundleBytes int) *lab {
	l := &lab{port: port, keys: map[string]bool{}}
	entities := simulator.Map.All("HostSystem")
	sort.Slice(entities, func(i, j int) bool { return entities[i].Entity().Name < entities[j].Entity().Name })
	if len(entities) > 250 {
		check(errors.New("at most 250 hosts: they share one /24"))
	}
	for i, entity := range entities {
		h := &labHost{
			lab:       l,
			system:    entity.(*simulator.HostSystem),
			address:   fmt.Sprintf("%s.%d", network, i+2),
			user:      "root",
			password:  fmt.Sprintf("host-secret-%d", i+2),
			downloads: map[string][]byte{},
		}
		if direct {
			h.address = network + ".1"
			h.user = login.Username()
			h.password, _ = login.Password()
		}
		h.identity = newIdentity(h.address)
		h.bundle = newBundle(h.system.Name, h.uuid(), h.system.Summary.Config.Product.FullName, bundleBytes)
		h.describe()
		l.hosts = append(l.hosts, h)
	}
	return l
}

func (h *labHost) uuid() string { return h.system.Summary.Hardware.Uuid }

func (h *labHost) hostPort() string { return fmt.Sprintf("%s:%d", h.address, h.lab.port) }

// describe writes into the inventory what a vCenter knows of a host and govmomi's
// template leaves out: its certificate, its management address, its firmware system,
// and that it has been up for a while.
func (h *labHost) describe() {
	f := &firmware{host: h}
	f.Self = types.ManagedObjectReference{
		Type:  "HostFirmwareSystem",
		Value: "firmwareSystem-" + strings.TrimPrefix(h.system.Self.Value, "host-"),
	}
	h.system.ConfigManager.FirmwareSystem = &f.Self
	simulator.Map.Put(f)
	booted := time.Now().AddDate(0, 0, -30)
	h.system.Runtime.BootTime, h.system.Summary.Runtime.BootTime = &booted, &booted

	h.system.Summary.Config.SslThumbprint = h.identity.sha1
	h.system.Config.Certificate = h.identity.pem
	for i := range h.system.Config.VirtualNicManagerInfo.NetConfig {
		config := &h.system.Config.VirtualNicManagerInfo.NetConfig[i]
		if config.NicType != "management" || len(config.CandidateVnic) == 0 {
			continue
		}
		config.CandidateVnic[0].Spec.Ip.IpAddress = h.address
		config.SelectedVnic = []string{config.CandidateVnic[0].Key}
	}
}

func (l *lab) announce() []announceHost {
	var hosts []announceHost
	for _, h := range l.hosts {
		digest := sha256.Sum256(h.bundle)
		hosts = append(hosts, announceHost{
			Name:       h.system.Name,
			Address:    h.address,
			UUID:       h.uuid(),
			User:       h.user,
			Password:   h.password,
			Thumbprint: h.identity.thumbprint,
			SHA256:     hex.EncodeToString(digest[:]),
		})
	}
	return hosts
}

func readLimited(body io.Reader) ([]byte, error) {
	data, err := ioutil.ReadAll(io.LimitReader(body, maxUpload+1))
	if err == nil && len(data) > maxUpload {
		err = errors.New("the upload is too large")
	}
	return data, err
}
