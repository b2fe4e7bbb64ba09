// The peer of ./dev bench informer, and its helper.
//
//	peer make    -kubeconfig F -count N -namespaces N   creates FlinkDeployments with their status
//	peer dynamic -kubeconfig F -page N                  follows them by client-go's dynamic informer with a transform
//	peer typed   -kubeconfig F -page N                  the same into structs of the fields that are kept, and no others
//
// The last two print {"sync_s":…,"objects":…} once the informer has synced, and stay until their standard input ends.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var deployments = schema.GroupVersionResource{Group: "flink.apache.org", Version: "v1beta1", Resource: "flinkdeployments"}

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: peer make|dynamic|typed [flags]"))
	}
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "file")
	count := flags.Int("count", 10000, "objects to make")
	namespaces := flags.Int("namespaces", 100, "over which they are spread")
	page := flags.Int64("page", 500, "objects of one list request")
	if err := flags.Parse(os.Args[2:]); err != nil {
		fail(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		fail(err)
	}
	config.QPS = -1                  // the server's own limits hold
	config.DisableCompression = true // the server is on this machine
	switch os.Args[1] {
	case "make":
		err = makeObjects(config, *count, *namespaces)
	case "dynamic":
		err = follow(config, *page, dynamicInformer)
	case "typed":
		err = follow(config, *page, typedInformer)
	default:
		err = fmt.Errorf("no mode %q", os.Args[1])
	}
	if err != nil {
		fail(err)
	}
}

func follow(config *rest.Config, page int64, make func(*rest.Config, int64) (cache.SharedIndexInformer, error)) error {
	began := time.Now()
	informer, err := make(config, page)
	if err != nil {
		return err
	}
	stop := stopWithInput()
	go informer.Run(stop)
	if !cache.WaitForCacheSync(stop, informer.HasSynced) {
		return fmt.Errorf("not synced")
	}
	fmt.Printf("{\"sync_s\":%.4f,\"objects\":%d}\n", time.Since(began).Seconds(), len(informer.GetStore().ListKeys()))
	<-stop
	return nil
}

func stopWithInput() <-chan struct{} {
	stop := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(stop)
	}()
	return stop
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
