package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// keys are made anew for each run and do not outlive it.
type keys struct {
	dir        string
	ca         *x509.Certificate
	caKey      crypto.Signer
	caPEM      []byte
	adminToken string
}

func makeKeys(dir, server string) (*keys, error) {
	k := &keys{dir: dir}
	for _, step := range []func() error{k.makeCA, k.makeServing, k.makeServiceAccountKey, k.makeAdminToken} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for name, subject := range map[string]pkix.Name{
		"admin":              {CommonName: "admin", Organization: []string{"system:masters"}},
		"controller-manager": {CommonName: "system:kube-controller-manager"},
		"scheduler":          {CommonName: "system:kube-scheduler"},
		"kubelet":            {CommonName: "system:node:kubebox", Organization: []string{"system:nodes"}},
	} {
		if err := k.makeKubeconfig(name, subject, server); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func (k *keys) makeCA() error {
	key, err := newKey()
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: "kubebox-ca"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := sign(t, t, key, key)
	if err != nil {
		return err
	}
	if k.ca, err = x509.ParseCertificate(der); err != nil {
		return err
	}
	k.caKey, k.caPEM = key, pemBlock("CERTIFICATE", der)
	if err := k.write("ca.crt", k.caPEM); err != nil {
		return err
	}
	return k.writeKey("ca.key", key)
}

func (k *keys) makeServing() error {
	key, err := newKey()
	if err != nil {
		return err
	}
	_, _, err = k.leaf("apiserver", key, &x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)},
	})
	return err
}

func (k *keys) makeServiceAccountKey() error {
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := k.write("sa.pub", pemBlock("PUBLIC KEY", public)); err != nil {
		return err
	}
	return k.writeKey("sa.key", key)
}

func (k *keys) makeAdminToken() error {
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	k.adminToken = hex.EncodeToString(raw)
	if err := k.write("admin.token", []byte(k.adminToken)); err != nil {
		return err
	}
	return k.write("tokens.csv", []byte(k.adminToken+",admin,admin,\"system:masters\"\n"))
}

func (k *keys) makeKubeconfig(name string, subject pkix.Name, server string) error {
	// RSA: the fabric8 client for Java reads EC keys only with BouncyCastle on its class path.
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	cert, keyPEM, err := k.leaf(name, key,
		&x509.Certificate{Subject: subject, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil {
		return err
	}
	b64 := base64.StdEncoding.EncodeToString
	return k.write(name+".kubeconfig", []byte(fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: kubebox, cluster: {server: %q, certificate-authority-data: %s}}]
users: [{name: %s, user: {client-certificate-data: %s, client-key-data: %s}}]
contexts: [{name: kubebox, context: {cluster: kubebox, user: %s}}]
current-context: kubebox
`, server, b64(k.caPEM), name, b64(cert), b64(keyPEM), name)))
}

func (k *keys) leaf(name string, key crypto.Signer, t *x509.Certificate) (cert, keyPEM []byte, err error) {
	t.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := sign(t, k.ca, key, k.caKey)
	if err != nil {
		return nil, nil, err
	}
	cert = pemBlock("CERTIFICATE", der)
	if err := k.write(name+".crt", cert); err != nil {
		return nil, nil, err
	}
	if keyPEM, err = encodeKey(key); err != nil {
		return nil, nil, err
	}
	return cert, keyPEM, k.write(name+".key", keyPEM)
}

func (k *keys) path(name string) string { return filepath.Join(k.dir, name) }

func (k *keys) write(name string, b []byte) error { return os.WriteFile(k.path(name), b, 0o600) }

func (k *keys) writeKey(name string, key crypto.Signer) error {
	b, err := encodeKey(key)
	if err != nil {
		return err
	}
	return k.write(name, b)
}

func newKey() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

func sign(t, parent *x509.Certificate, key, parentKey crypto.Signer) ([]byte, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	t.SerialNumber = n
	t.NotBefore = time.Now().Add(-time.Hour)
	t.NotAfter = time.Now().Add(30 * 24 * time.Hour)
	return x509.CreateCertificate(rand.Reader, t, parent, key.Public(), parentKey)
}

func encodeKey(k crypto.Signer) ([]byte, error) {
	switch k := k.(type) {
	case *rsa.PrivateKey:
		return pemBlock("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)), nil
	case *ecdsa.PrivateKey:
		d, err := x509.MarshalECPrivateKey(k)
		return pemBlock("EC PRIVATE KEY", d), err
	}
	return nil, fmt.Errorf("no PEM form for %T", k)
}

func pemBlock(t string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: t, Bytes: b}) }
