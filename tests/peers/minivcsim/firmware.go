package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const uploadPath = "/tmp/configBundle.tgz"

// firmware is the vim.host.FirmwareSystem that govmomi's simulator lacks.
type firmware struct {
	mo.HostFirmwareSystem
	host *labHost
}

// BackupFirmwareConfiguration answers as hosts do: http, a star for the host, and a
// folder whose random name is the only secret.
func (f *firmware) BackupFirmwareConfiguration(_ *types.BackupFirmwareConfiguration) soap.HasFault {
	h := f.host
	folder := uuid.New().String()
	h.Lock()
	h.downloads[folder] = append([]byte(nil), h.bundle...)
	h.Unlock()
	h.lab.countBackup()
	url := fmt.Sprintf("http://*:%d/downloads/%s/configBundle-%s.tgz", h.lab.port, folder, h.system.Name)
	return &methods.BackupFirmwareConfigurationBody{
		Res: &types.BackupFirmwareConfigurationResponse{Returnval: url},
	}
}

func (f *firmware) QueryFirmwareConfigUploadURL(_ *types.QueryFirmwareConfigUploadURL) soap.HasFault {
	url := fmt.Sprintf("http://*:%d%s", f.host.lab.port, uploadPath)
	return &methods.QueryFirmwareConfigUploadURLBody{
		Res: &types.QueryFirmwareConfigUploadURLResponse{Returnval: url},
	}
}

// RestoreFirmwareConfiguration puts the uploaded bundle in force at once; the reboot is
// only a new boot time.
func (f *firmware) RestoreFirmwareConfiguration(req *types.RestoreFirmwareConfiguration) soap.HasFault {
	h := f.host
	h.Lock()
	defer h.Unlock()
	body := new(methods.RestoreFirmwareConfigurationBody)
	fault := func(text string, fault types.BaseMethodFault) soap.HasFault {
		body.Fault_ = simulator.Fault(text, fault)
		return body
	}
	if !h.system.Runtime.InMaintenanceMode {
		return fault("The operation is not allowed in the current state.", new(types.InvalidState))
	}
	if h.upload == nil {
		return fault("File "+uploadPath+" was not found", &types.FileNotFound{FileFault: types.FileFault{File: uploadPath}})
	}
	manifest, err := manifestOf(h.upload)
	if err != nil {
		return fault("The bundle is invalid: "+err.Error(), new(types.InvalidBundle))
	}
	if bundleUUID := manifest["UUID"]; bundleUUID != h.uuid() && !req.Force {
		return fault("The bundle is of another host", &types.MismatchedBundle{BundleUuid: bundleUUID, HostUuid: h.uuid()})
	}
	h.bundle, h.upload = h.upload, nil
	booted := time.Now()
	h.system.Runtime.BootTime, h.system.Summary.Runtime.BootTime = &booted, &booted
	body.Res = new(types.RestoreFirmwareConfigurationResponse)
	return body
}

// ServeHTTP is the host's own web server: downloads for whoever knows the folder's
// name, uploads for the host's own user.
func (h *labHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == uploadPath {
		h.receive(w, r)
		return
	}
	var folder, file string
	if n, err := fmt.Sscanf(r.URL.Path, "/downloads/%36s/%s", &folder, &file); err != nil || n != 2 {
		http.NotFound(w, r)
		return
	}
	h.Lock()
	bundle, known := h.downloads[folder]
	h.Unlock()
	if !known || file != "configBundle-"+h.system.Name+".tgz" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", fmt.Sprint(len(bundle)))
	_, _ = w.Write(bundle) // a client that hung up is its own affair
}

func (h *labHost) receive(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != h.user || password != h.password {
		w.Header().Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method != http.MethodPut {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	upload, err := readLimited(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.Lock()
	h.upload = upload
	h.Unlock()
}
