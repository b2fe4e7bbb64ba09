package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

const workers = 16

type fields = map[string]interface{}

func spec(i int) fields {
	name := fmt.Sprintf("job-%05d", i)
	return fields{
		"image": "registry.example.com/streaming/flink-jobs:1.20.1-2025.11.3", "imagePullPolicy": "IfNotPresent",
		"flinkVersion": "v1_20", "serviceAccount": "flink", "mode": "native",
		"ingress": fields{"template": "{{name}}.{{namespace}}.flink.example.com", "className": "nginx"},
		"flinkConfiguration": fields{
			"taskmanager.numberOfTaskSlots": "2", "jobmanager.scheduler": "adaptive",
			"high-availability.type": "kubernetes", "high-availability.storageDir": "s3://flink-ha/" + name,
			"state.backend.type": "rocksdb", "state.backend.incremental": "true",
			"state.checkpoints.dir": "s3://flink-state/checkpoints/" + name,
			"state.savepoints.dir":  "s3://flink-state/savepoints/" + name, "execution.checkpointing.interval": "60 s",
			"execution.checkpointing.mode":        "EXACTLY_ONCE",
			"restart-strategy.type":               "exponential-delay",
			"taskmanager.memory.managed.fraction": "0.4",
			"taskmanager.memory.network.fraction": "0.1", "taskmanager.memory.jvm-metaspace.size": "256m",
			"kubernetes.taskmanager.cpu.limit-factor": "2.0", "kubernetes.jobmanager.cpu.limit-factor": "2.0",
			"metrics.reporters": "prom", "metrics.reporter.prom.factory.class": "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
			"metrics.reporter.prom.port":               "9249-9250",
			"pipeline.jobvertex-parallelism-overrides": "bc764cd8ddf7a0cff126f51c16239658:4,0a448493b4782967b150582570326227:8",
			"s3.endpoint": "https://s3.example.com", "s3.path.style.access": "true",
		},
		"podTemplate": fields{"spec": fields{"containers": []interface{}{fields{"name": "flink-main-container",
			"env":          []interface{}{fields{"name": "STAGE", "value": "production"}, fields{"name": "TEAM", "value": "payments"}},
			"volumeMounts": []interface{}{fields{"name": "tmp", "mountPath": "/tmp"}}}},
			"volumes": []interface{}{fields{"name": "tmp", "emptyDir": fields{}}}}},
		"jobManager":  fields{"replicas": int64(1), "resource": fields{"memory": "2048m", "cpu": 0.5}},
		"taskManager": fields{"resource": fields{"memory": "4096m", "cpu": 1.5}},
		"job": fields{"jarURI": "local:///opt/flink/usrlib/payments-" + name + ".jar", "entryClass": "com.example.payments.Main",
			"args":        []interface{}{"--bootstrap", "kafka-0.kafka:9092,kafka-1.kafka:9092", "--group", name},
			"parallelism": int64(4 + i%13), "upgradeMode": "last-state", "state": "running"},
	}
}

func status(i int, spec fields) fields {
	reconciled, _ := json.Marshal(fields{"spec": spec, "resource_metadata": fields{"apiVersion": "flink.apache.org/v1beta1",
		"metadata": fields{"generation": 1}, "firstDeployment": false}})
	return fields{
		"lifecycleState": "STABLE", "jobManagerDeploymentStatus": "READY", "observedGeneration": int64(1),
		"clusterInfo": fields{"flink-version": "1.20.1", "flink-revision": "5eba8a1 @ 2025-01-31T12:00:00+01:00",
			"total-cpu": "6.5", "total-memory": "19327352832"},
		"jobStatus": fields{"state": "RUNNING", "jobName": fmt.Sprintf("payments-%05d", i), "jobId": fmt.Sprintf("%032x", i+1),
			"startTime": "1763783000000", "updateTime": "1763783041000",
			"checkpointInfo": fields{"lastPeriodicCheckpointTimestamp": int64(0)},
			"savepointInfo":  fields{"lastPeriodicSavepointTimestamp": int64(0), "savepointHistory": []interface{}{}}},
		"reconciliationStatus": fields{"state": "DEPLOYED", "reconciliationTimestamp": int64(1763782990000),
			"lastReconciledSpec": string(reconciled)},
		"taskManager": fields{"labelSelector": fmt.Sprintf("component=taskmanager,app=job-%05d", i), "replicas": int64(2 + i%7)},
	}
}

func create(client dynamic.Interface, i, namespaces int) error {
	ctx := context.Background()
	object := &unstructured.Unstructured{Object: fields{"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkDeployment",
		"metadata": fields{"name": fmt.Sprintf("job-%05d", i), "namespace": namespace(i % namespaces),
			"labels":      fields{"app.kubernetes.io/managed-by": "platform", "team": fmt.Sprintf("team-%d", i%50)},
			"annotations": fields{"tune.dev/policy": "balanced", "platform.example.com/owner": "payments@example.com"}},
		"spec": spec(i)}}
	resource := client.Resource(deployments).Namespace(object.GetNamespace())
	made, err := resource.Create(ctx, object, metav1.CreateOptions{FieldManager: "platform"})
	if err != nil {
		return err
	}
	made.Object["status"] = status(i, spec(i))
	_, err = resource.UpdateStatus(ctx, made, metav1.UpdateOptions{FieldManager: "flink-kubernetes-operator"})
	return err
}

func namespace(i int) string { return fmt.Sprintf("team-%03d", i) }

func makeObjects(config *rest.Config, count, namespaces int) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	for i := 0; i < namespaces; i++ {
		object := &unstructured.Unstructured{Object: fields{"apiVersion": "v1", "kind": "Namespace",
			"metadata": fields{"name": namespace(i)}}}
		_, err := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}).
			Create(context.Background(), object, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	numbers, failed := make(chan int), make(chan error, workers)
	var group sync.WaitGroup
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range numbers {
				if err := create(client, i, namespaces); err != nil {
					select {
					case failed <- err:
					default: // the first ones are enough
					}
				}
			}
		}()
	}
	for i := 0; i < count && len(failed) == 0; i++ {
		numbers <- i
	}
	close(numbers)
	group.Wait()
	close(failed)
	return <-failed
}
