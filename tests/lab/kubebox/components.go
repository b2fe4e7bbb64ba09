package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// components are this binary's other faces, run as children. They die with this process.
type components struct {
	dir     string
	running map[string]*component
	died    chan error // those that ended by themselves
}

type component struct {
	cmd     *exec.Cmd
	stopped chan struct{} // closed once stop() asked for its end
	gone    chan struct{} // closed once it ended
}

func newComponents(dir string) *components {
	return &components{dir: dir, running: map[string]*component{}, died: make(chan error, 16)}
}

func (c *components) start(face string, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	name := filepath.Join(c.dir, "log", face+".log")
	log, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(self, append([]string{face}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	k := &component{cmd: cmd, stopped: make(chan struct{}), gone: make(chan struct{})}
	c.running[face] = k
	go func() {
		err := cmd.Wait()
		close(k.gone)
		select {
		case <-k.stopped:
		default:
			c.died <- fmt.Errorf("%s ended: %v (see %s)", face, err, name)
		}
	}()
	return nil
}

// stop returns once the component is gone. After 10 s it is killed.
func (c *components) stop(face string, signal syscall.Signal) {
	k := c.running[face]
	if k == nil {
		return
	}
	delete(c.running, face)
	close(k.stopped)
	_ = k.cmd.Process.Signal(signal)
	select {
	case <-k.gone:
	case <-time.After(10 * time.Second):
		_ = k.cmd.Process.Kill()
		<-k.gone
	}
}

func (c *components) stopAll() {
	for _, face := range []string{"scheduler", "controller-manager", "apiserver"} {
		c.stop(face, syscall.SIGTERM)
	}
}

func (c *components) pids() map[string]int {
	pids := map[string]int{"up": os.Getpid()}
	for face, k := range c.running {
		pids[face] = k.cmd.Process.Pid
	}
	return pids
}

func (c *components) startAPIServer(ctx context.Context, k *keys, o *options, etcdURL string) error {
	args := []string{
		"--bind-address=" + o.address, fmt.Sprintf("--secure-port=%d", o.port), "--advertise-address=127.0.0.1",
		// A loopback address may not stand in the endpoints of the kubernetes service.
		"--endpoint-reconciler-type=none",
		"--etcd-servers=" + etcdURL,
		"--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=Node,RBAC", "--anonymous-auth=true",
		"--client-ca-file=" + k.path("ca.crt"),
		"--tls-cert-file=" + k.path("apiserver.crt"), "--tls-private-key-file=" + k.path("apiserver.key"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + k.path("sa.pub"),
		"--service-account-signing-key-file=" + k.path("sa.key"),
		// What it shows to a kubelet, of which it asks for logs.
		"--kubelet-client-certificate=" + k.path("admin.crt"), "--kubelet-client-key=" + k.path("admin.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--token-auth-file=" + k.path("tokens.csv"),
		"--allow-privileged=true", "--profiling=false", "--shutdown-delay-duration=0s",
		fmt.Sprintf("--v=%d", o.verbose),
	}
	if err := c.start("apiserver", append(args, strings.Fields(o.apiArgs)...)); err != nil {
		return err
	}
	return waitReady(ctx, c.died, k, o)
}

func (c *components) startControllers(ctx context.Context, k *keys, o *options) error {
	if err := c.start("controller-manager", append(clientFlags(k, o, "controller-manager"),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file="+k.path("sa.key"), "--root-ca-file="+k.path("ca.crt"),
		"--cluster-signing-cert-file="+k.path("ca.crt"), "--cluster-signing-key-file="+k.path("ca.key"),
		// The default of 20 requests a second makes each controller's start wait.
		"--kube-api-qps=500", "--kube-api-burst=1000")); err != nil {
		return err
	}
	return waitDefaultAccount(ctx, c.died, k, o)
}

func (c *components) startScheduler(k *keys, o *options) error {
	return c.start("scheduler", clientFlags(k, o, "scheduler"))
}

func clientFlags(k *keys, o *options, face string) []string {
	config := k.path(face + ".kubeconfig")
	return []string{
		"--kubeconfig=" + config, "--authentication-kubeconfig=" + config, "--authorization-kubeconfig=" + config,
		"--bind-address=127.0.0.1", "--secure-port=0", "--leader-elect=false", fmt.Sprintf("--v=%d", o.verbose),
	}
}
