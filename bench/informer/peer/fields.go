package main

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const tunePrefix = "tune.dev/"

// Options that service/cluster/flink_options.h keeps, as far as objects.go sets any that begin so.
func keepsOption(key string) bool {
	for _, prefix := range []string{"taskmanager.", "jobmanager.", "kubernetes.taskmanager.", "kubernetes.jobmanager.",
		"pipeline.name", "pipeline.jobvertex-parallelism-overrides", "scheduler-mode", "job.autoscaler.enabled",
		"state.backend.type", "execution.runtime-mode"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func copyFields(from map[string]interface{}, names ...string) map[string]interface{} {
	to := make(map[string]interface{}, len(names))
	for _, name := range names {
		if value, found := from[name]; found {
			to[name] = value
		}
	}
	return to
}

func child(from map[string]interface{}, name string) map[string]interface{} {
	value, _ := from[name].(map[string]interface{})
	return value
}

func filtered(from map[string]interface{}, keeps func(string) bool) map[string]interface{} {
	to := map[string]interface{}{}
	for key, value := range from {
		if keeps(key) {
			to[key] = value
		}
	}
	return to
}

// The transform: what the reducers of service/cluster keep, and no more.
func keepFields(object interface{}) (interface{}, error) {
	whole, ok := object.(*unstructured.Unstructured)
	if !ok {
		return object, nil
	}
	isTunes := func(key string) bool { return strings.HasPrefix(key, tunePrefix) }
	metadata := copyFields(child(whole.Object, "metadata"), "name", "namespace", "uid", "generation", "resourceVersion",
		"deletionTimestamp")
	for _, name := range []string{"labels", "annotations"} {
		if kept := filtered(child(child(whole.Object, "metadata"), name), isTunes); len(kept) > 0 {
			metadata[name] = kept
		}
	}
	from := child(whole.Object, "spec")
	spec := copyFields(from, "flinkVersion", "mode")
	spec["job"] = copyFields(child(from, "job"), "parallelism", "upgradeMode", "state")
	spec["ingress"] = copyFields(child(from, "ingress"), "template")
	for _, role := range []string{"jobManager", "taskManager"} {
		spec[role] = copyFields(child(from, role), "replicas", "resource")
	}
	spec["flinkConfiguration"] = filtered(child(from, "flinkConfiguration"), keepsOption)
	from = child(whole.Object, "status")
	status := copyFields(from, "lifecycleState", "jobManagerDeploymentStatus", "observedGeneration", "error")
	status["jobStatus"] = copyFields(child(from, "jobStatus"), "state", "jobId", "startTime", "updateTime")
	status["reconciliationStatus"] = copyFields(child(from, "reconciliationStatus"), "state", "reconciliationTimestamp")
	return &unstructured.Unstructured{Object: map[string]interface{}{"apiVersion": whole.GetAPIVersion(),
		"kind": whole.GetKind(), "metadata": metadata, "spec": spec, "status": status}}, nil
}

type Resource struct {
	Memory string  `json:"memory,omitempty"`
	CPU    float64 `json:"cpu,omitempty"`
}

type Process struct {
	Replicas int32    `json:"replicas,omitempty"`
	Resource Resource `json:"resource,omitempty"`
}

type Spec struct {
	FlinkVersion       string            `json:"flinkVersion,omitempty"`
	Mode               string            `json:"mode,omitempty"`
	FlinkConfiguration map[string]string `json:"flinkConfiguration,omitempty"`
	JobManager         Process           `json:"jobManager,omitempty"`
	TaskManager        Process           `json:"taskManager,omitempty"`
	Ingress            *struct {
		Template string `json:"template,omitempty"`
	} `json:"ingress,omitempty"`
	Job *struct {
		Parallelism int32  `json:"parallelism,omitempty"`
		UpgradeMode string `json:"upgradeMode,omitempty"`
		State       string `json:"state,omitempty"`
	} `json:"job,omitempty"`
}

type Status struct {
	LifecycleState             string `json:"lifecycleState,omitempty"`
	JobManagerDeploymentStatus string `json:"jobManagerDeploymentStatus,omitempty"`
	ObservedGeneration         int64  `json:"observedGeneration,omitempty"`
	Error                      string `json:"error,omitempty"`
	JobStatus                  struct {
		State      string `json:"state,omitempty"`
		JobID      string `json:"jobId,omitempty"`
		StartTime  string `json:"startTime,omitempty"`
		UpdateTime string `json:"updateTime,omitempty"`
	} `json:"jobStatus,omitempty"`
	ReconciliationStatus struct {
		State                   string `json:"state,omitempty"`
		ReconciliationTimestamp int64  `json:"reconciliationTimestamp,omitempty"`
	} `json:"reconciliationStatus,omitempty"`
}

type FlinkDeployment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec,omitempty"`
	Status            Status `json:"status,omitempty"`
}

type FlinkDeploymentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []FlinkDeployment `json:"items"`
}

// The informer copies objects only where somebody changes them; nobody does here.
func (d *FlinkDeployment) DeepCopyObject() runtime.Object { copied := *d; return &copied }
func (l *FlinkDeploymentList) DeepCopyObject() runtime.Object {
	copied := *l
	copied.Items = append([]FlinkDeployment(nil), l.Items...)
	return &copied
}

// Of a typed object only metadata and options are more than is wanted. It is copied, or it would keep its page alive.
func dropTyped(object interface{}) (interface{}, error) {
	whole, ok := object.(*FlinkDeployment)
	if !ok {
		return object, nil
	}
	kept := &FlinkDeployment{TypeMeta: whole.TypeMeta, Spec: whole.Spec, Status: whole.Status}
	kept.ObjectMeta = metav1.ObjectMeta{Name: whole.Name, Namespace: whole.Namespace, UID: whole.UID,
		Generation: whole.Generation, ResourceVersion: whole.ResourceVersion, DeletionTimestamp: whole.DeletionTimestamp}
	for key, value := range whole.Annotations {
		if strings.HasPrefix(key, tunePrefix) {
			if kept.Annotations == nil {
				kept.Annotations = map[string]string{}
			}
			kept.Annotations[key] = value
		}
	}
	kept.Spec.FlinkConfiguration = make(map[string]string)
	for key, value := range whole.Spec.FlinkConfiguration {
		if keepsOption(key) {
			kept.Spec.FlinkConfiguration[key] = value
		}
	}
	return kept, nil
}
