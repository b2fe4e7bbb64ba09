package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type options struct {
	dir         string
	address     string
	port        int
	controllers bool
	scheduler   bool
	verbose     int
	apiArgs     string
	timeout     time.Duration
	manifests   manifests
}

func (o *options) server() string { return fmt.Sprintf("https://%s:%d", o.address, o.port) }

type manifests []string

func (m *manifests) String() string     { return strings.Join(*m, ",") }
func (m *manifests) Set(s string) error { *m = append(*m, s); return nil }

func parseOptions(args []string) (*options, error) {
	o := &options{}
	fs := flag.NewFlagSet("up", flag.ContinueOnError)
	fs.StringVar(&o.dir, "dir", "kubebox-run", "folder for keys, kubeconfig, logs and etcd's data")
	fs.StringVar(&o.address, "address", "127.0.0.1", "the API server's address; 10.96.0.1 on a bridge of this host, where pods run")
	fs.IntVar(&o.port, "port", 0, "the API server's port; 0 takes a free one")
	fs.BoolVar(&o.controllers, "controller-manager", true, "also run the controller manager")
	fs.BoolVar(&o.scheduler, "scheduler", false, "also run the scheduler")
	fs.IntVar(&o.verbose, "v", 1, "log verbosity of the components")
	fs.StringVar(&o.apiArgs, "apiserver-args", "", "further API server flags, separated by blanks")
	fs.Var(&o.manifests, "apply", "manifest to apply before the controllers start; may be repeated")
	fs.DurationVar(&o.timeout, "timeout", 2*time.Minute, "time that each component has until it is ready")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return nil, err
	}
	if o.port == 0 {
		o.port, err = freePort(o.address)
	}
	return o, err
}

func freePort(address string) (int, error) {
	l, err := net.Listen("tcp", address+":0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// box is one running control plane.
type box struct {
	o    *options
	keys *keys
	etcd *etcd
	kids *components
}

func up(args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(o.dir, "log"), 0o700); err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	b := &box{o: o, kids: newComponents(o.dir)}
	if b.keys, err = makeKeys(o.dir, o.server()); err != nil {
		return err
	}
	if b.etcd, err = startEtcd(o.dir); err != nil {
		return err
	}
	defer b.etcd.close()
	defer b.kids.stopAll()
	if err := b.start(ctx); err != nil {
		return err
	}
	if err := b.say(); err != nil {
		return err
	}
	return b.obey(ctx)
}

func (b *box) start(ctx context.Context) error {
	if err := b.kids.startAPIServer(ctx, b.keys, b.o, b.etcd.url); err != nil {
		return err
	}
	// The quota and garbage collection controllers look for new kinds only every 30 s, so CRDs are best there before
	// these controllers start.
	if err := b.apply(ctx); err != nil {
		return err
	}
	if b.o.controllers {
		if err := b.kids.startControllers(ctx, b.keys, b.o); err != nil {
			return err
		}
	}
	if b.o.scheduler {
		return b.kids.startScheduler(b.keys, b.o)
	}
	return nil
}

func (b *box) apply(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, manifest := range b.o.manifests {
		c := exec.CommandContext(ctx, self, "kubectl", "--kubeconfig="+b.keys.path("admin.kubeconfig"),
			"apply", "--server-side", "-f", manifest)
		c.Stdout, c.Stderr = os.Stderr, os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("apply %s: %w", manifest, err)
		}
	}
	if len(b.o.manifests) == 0 {
		return nil
	}
	return waitCRDs(ctx, b.kids.died, b.keys, b.o)
}

// say prints one line of JSON: what a client needs to know.
func (b *box) say() error {
	line, err := json.Marshal(map[string]any{
		"server": b.o.server(), "kubeconfig": b.keys.path("admin.kubeconfig"), "ca": b.keys.path("ca.crt"),
		"adminTokenFile": b.keys.path("admin.token"), "pids": b.kids.pids(),
	})
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	return nil
}

// obey takes one command a line from standard input and answers each with a line, "ok" or what went wrong:
//
//	kill      the API server, at once; etcd keeps its data
//	start     the API server again, at its old address; answers once it is ready
//	compact   etcd: all versions but the newest are forgotten
//
// It returns when the input ends, so that no box outlives who started it.
func (b *box) obey(ctx context.Context) error {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-b.kids.died:
			return err
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := b.do(ctx, line); err != nil {
				fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
			} else {
				fmt.Println("ok")
			}
		}
	}
}

func (b *box) do(ctx context.Context, command string) error {
	switch command {
	case "kill":
		b.kids.stop("apiserver", syscall.SIGKILL)
		return nil
	case "start":
		if b.kids.running["apiserver"] != nil {
			return fmt.Errorf("start: the API server runs")
		}
		return b.kids.startAPIServer(ctx, b.keys, b.o, b.etcd.url)
	case "compact":
		return b.etcd.compact(ctx)
	}
	return fmt.Errorf("no command %q; there are: kill, start, compact", command)
}
