package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// poll asks for a path until ok likes the answer.
func poll(ctx context.Context, died <-chan error, k *keys, o *options, path string, ok func(int, []byte) bool) error {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(k.caPEM)
	h := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer h.CloseIdleConnections()
	for end := time.Now().Add(o.timeout); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-died:
			return err
		case <-time.After(50 * time.Millisecond):
		}
		status, body, err := get(ctx, h, o.server()+path, k.adminToken)
		if err == nil && ok(status, body) {
			return nil
		}
	}
	return fmt.Errorf("%s: not ready in %s", path, o.timeout)
}

func get(ctx context.Context, h *http.Client, url, token string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := h.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

func isOK(status int, _ []byte) bool { return status == http.StatusOK }

func waitReady(ctx context.Context, died <-chan error, k *keys, o *options) error {
	return poll(ctx, died, k, o, "/readyz", isOK)
}

// waitDefaultAccount waits for what pods in the default namespace need.
func waitDefaultAccount(ctx context.Context, died <-chan error, k *keys, o *options) error {
	return poll(ctx, died, k, o, "/api/v1/namespaces/default/serviceaccounts/default", isOK)
}

// waitCRDs waits until each CRD is Established. (kubectl wait fails on a CRD so new that it has no conditions yet.)
func waitCRDs(ctx context.Context, died <-chan error, k *keys, o *options) error {
	const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	return poll(ctx, died, k, o, path, func(status int, body []byte) bool {
		var list struct {
			Items []struct {
				Status struct {
					Conditions []struct{ Type, Status string }
				}
			}
		}
		if status != http.StatusOK || json.Unmarshal(body, &list) != nil {
			return false
		}
		established := 0
		for _, item := range list.Items {
			for _, c := range item.Status.Conditions {
				if c.Type == "Established" && c.Status == "True" {
					established++
				}
			}
		}
		return established == len(list.Items)
	})
}
