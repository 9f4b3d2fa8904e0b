package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// control is how a test changes the server while a client talks to it, over plain HTTP:
//
//	POST /expire-sessions             every session ends now
//	POST /expire-sessions?backups=2   … once two more backups were answered
//	GET  /sessions                    {"ever": logins so far, "open": sessions still alive}
func (l *lab) control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/expire-sessions", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		after := r.URL.Query().Get("backups")
		if after == "" {
			l.expireSessions()
			return
		}
		count, err := strconv.Atoi(after)
		if err != nil || count < 1 {
			http.Error(w, "backups must be a number from 1", http.StatusBadRequest)
			return
		}
		l.sessions.Lock()
		l.expireAfter = count
		l.sessions.Unlock()
	})
	mux.HandleFunc("/sessions", func(w http.ResponseWriter, r *http.Request) {
		count, err := l.countSessions()
		if err != nil {
			// A directly connected host has no SessionIsActive to ask.
			http.Error(w, err.Error(), http.StatusNotImplemented)
			return
		}
		_ = json.NewEncoder(w).Encode(count) // a client that hung up is its own affair
	})
	return mux
}

// watchLogins notes the session cookies that pass, which is the one way to learn the
// keys: govmomi's session manager keeps them to itself.
func (l *lab) watchLogins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&cookieWatcher{ResponseWriter: w, lab: l}, r)
	})
}

type cookieWatcher struct {
	http.ResponseWriter
	lab *lab
}

func (w *cookieWatcher) WriteHeader(status int) {
	answer := http.Response{Header: w.Header()}
	for _, cookie := range answer.Cookies() {
		if cookie.Name == soap.SessionCookieName {
			w.lab.sessions.Lock()
			w.lab.keys[cookie.Value] = true
			w.lab.sessions.Unlock()
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (l *lab) countBackup() {
	l.sessions.Lock()
	l.expireAfter--
	now := l.expireAfter == 0
	l.sessions.Unlock()
	if now {
		l.expireSessions()
	}
}

func (l *lab) expireSessions() {
	for _, key := range l.allKeys() {
		request := &types.TerminateSession{This: simulator.Map.SessionManager().Self, SessionId: []string{key}}
		body := &methods.TerminateSessionBody{Req: request}
		err := l.service.RoundTrip(context.Background(), body, body)
		if soap.IsSoapFault(err) {
			if _, gone := soap.ToSoapFault(err).Detail.Fault.(*types.NotFound); gone {
				continue // ended before
			}
		}
		check(err)
	}
}

type sessionCount struct {
	Ever int `json:"ever"`
	Open int `json:"open"`
}

func (l *lab) countSessions() (sessionCount, error) {
	keys := l.allKeys()
	count := sessionCount{Ever: len(keys)}
	for _, key := range keys {
		active, err := l.isActive(key)
		if err != nil {
			return count, err
		}
		if active {
			count.Open++
		}
	}
	return count, nil
}

func (l *lab) isActive(key string) (bool, error) {
	login := l.service.Listen.User.Username()
	request := &types.SessionIsActive{This: simulator.Map.SessionManager().Self, SessionID: key, UserName: login}
	body := &methods.SessionIsActiveBody{Req: request}
	if err := l.service.RoundTrip(context.Background(), body, body); err != nil {
		return false, err
	}
	return body.Res.Returnval, nil
}

func (l *lab) allKeys() []string {
	l.sessions.Lock()
	defer l.sessions.Unlock()
	var keys []string
	for key := range l.keys {
		keys = append(keys, key)
	}
	return keys
}
