// kubebox: the stock Kubernetes control plane on loopback, for tests.
//
// One binary, several faces. The first argument chooses:
//
//	up         makes keys and certificates, runs etcd in this process, and the
//	           other faces as children, until SIGTERM or its standard input ends
//	apiserver | controller-manager | scheduler | kubectl
//	           the stock component; all further arguments are its own flags
//	kubelet    likewise, in a build with the tag node
//
// A link to it that is called kubectl is kubectl.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" {
		os.Args = append([]string{os.Args[0], "kubectl"}, os.Args[1:]...)
	}
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: kubebox up|apiserver|controller-manager|scheduler|kubectl [flags]"))
	}
	// A component reads its flags itself, and takes its name from the first argument. Each
	// installs a signal handler, so that there is one of them in a process.
	face := os.Args[1]
	os.Args = append([]string{face}, os.Args[2:]...)
	switch face {
	case "up":
		if err := up(os.Args[1:]); err != nil {
			fail(err)
		}
	case "apiserver":
		run(apiserver.NewAPIServerCommand())
	case "controller-manager":
		run(kcm.NewControllerManagerCommand())
	case "scheduler":
		run(scheduler.NewSchedulerCommand())
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			fail(err)
		}
	default:
		if kubelet, ok := nodeFaces[face]; ok {
			run(kubelet())
		}
		fail(fmt.Errorf("kubebox: no face %q", face))
	}
}

// nodeFaces are those of the build with the tag node.
var nodeFaces = map[string]func() *cobra.Command{}

func run(c *cobra.Command) {
	os.Exit(cli.Run(c))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
