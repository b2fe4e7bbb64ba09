package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// Lists in pages: of version "0", which the reflector asks for first, the server would give all at once.
func inPages(options *metav1.ListOptions, page int64) {
	if options.ResourceVersion == "0" {
		options.ResourceVersion = ""
	}
	options.Limit = page
}

func dynamicInformer(config *rest.Config, page int64) (cache.SharedIndexInformer, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	list := &cache.ListWatch{
		ListFunc: func(options metav1.ListOptions) (runtime.Object, error) {
			inPages(&options, page)
			return client.Resource(deployments).List(context.Background(), options)
		},
		WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) {
			return client.Resource(deployments).Watch(context.Background(), options)
		},
	}
	informer := cache.NewSharedIndexInformer(list, &unstructured.Unstructured{}, 0, cache.Indexers{})
	return informer, informer.SetTransform(keepFields)
}

func typedInformer(config *rest.Config, page int64) (cache.SharedIndexInformer, error) {
	scheme := runtime.NewScheme()
	group := schema.GroupVersion{Group: deployments.Group, Version: deployments.Version}
	scheme.AddKnownTypeWithName(group.WithKind("FlinkDeployment"), &FlinkDeployment{})
	scheme.AddKnownTypeWithName(group.WithKind("FlinkDeploymentList"), &FlinkDeploymentList{})
	metav1.AddToGroupVersion(scheme, group)
	typed := *config
	typed.GroupVersion = &group
	typed.APIPath = "/apis"
	typed.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.RESTClientFor(&typed)
	if err != nil {
		return nil, err
	}
	parameters := runtime.NewParameterCodec(scheme)
	list := &cache.ListWatch{
		ListFunc: func(options metav1.ListOptions) (runtime.Object, error) {
			inPages(&options, page)
			result := &FlinkDeploymentList{}
			return result, client.Get().Resource(deployments.Resource).VersionedParams(&options, parameters).
				Do(context.Background()).Into(result)
		},
		WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) {
			options.Watch = true
			return client.Get().Resource(deployments.Resource).VersionedParams(&options, parameters).
				Watch(context.Background())
		},
	}
	informer := cache.NewSharedIndexInformer(list, &FlinkDeployment{}, 0, cache.Indexers{})
	return informer, informer.SetTransform(dropTyped)
}
