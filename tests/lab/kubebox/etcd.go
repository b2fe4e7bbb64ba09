package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/server/v3/embed"
)

// etcd runs in this process, on a unix socket that only this user reaches.
type etcd struct {
	server *embed.Etcd
	socket string // its folder
	url    string
}

func startEtcd(dir string) (*etcd, error) {
	// Unix sockets are limited to about 107 bytes of path, so they get a short home.
	socket, err := os.MkdirTemp("", "kbx")
	if err != nil {
		return nil, err
	}
	client := url.URL{Scheme: "unix", Path: filepath.Join(socket, "c")}
	peer := url.URL{Scheme: "unix", Path: filepath.Join(socket, "p")}
	// What a lone member advertises is never dialled, but etcd wants a host and port there.
	nowhere := url.URL{Scheme: "http", Host: "127.0.0.1:1"}
	c := embed.NewConfig()
	c.Name = "kubebox"
	c.Dir = filepath.Join(dir, "etcd")
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{nowhere}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peer}, []url.URL{nowhere}
	c.InitialCluster = c.Name + "=" + nowhere.String()
	c.UnsafeNoFsync = true
	c.LogLevel = "warn"
	c.LogOutputs = []string{filepath.Join(dir, "log", "etcd.log")}
	c.TickMs, c.ElectionMs = 10, 100
	e := &etcd{socket: socket, url: client.String()}
	if e.server, err = embed.StartEtcd(c); err != nil {
		os.RemoveAll(socket)
		return nil, err
	}
	select {
	case <-e.server.Server.ReadyNotify():
		return e, nil
	case err = <-e.server.Err():
	case <-time.After(30 * time.Second):
		err = errors.New("etcd: not ready in 30 s")
	}
	e.close()
	return nil, err
}

// compact forgets what was before the newest revision: who asks for it is told 410.
func (e *etcd) compact(ctx context.Context) error {
	newest := e.server.Server.KV().Rev()
	_, err := e.server.Server.Compact(ctx, &pb.CompactionRequest{Revision: newest, Physical: true})
	return err
}

func (e *etcd) close() {
	e.server.Close()
	os.RemoveAll(e.socket)
}
