// The manifests of service/deploy as kubectl renders them.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace tune {

inline const std::vector<std::string> kOverlays = {"advise", "write", "namespaced", "namespaced-write"};

class Manifests {
 public:
  // The kustomization in a folder. The test fails where it cannot be rendered.
  explicit Manifests(const std::string& folder);
  static Manifests OfOverlay(const std::string& name) { return Manifests("service/deploy/overlays/" + name); }
  // A kustomization of the test's own, as a user has one; DEPLOY in it is the way to service/deploy.
  static Manifests Over(const std::string& kustomization);
  // Whether there is a kubectl to render with, the tests' own.
  static bool CanRender();

  const std::string& text() const { return text_; }
  const std::vector<YAML::Node>& objects() const { return objects_; }
  std::vector<YAML::Node> OfKind(const std::string& kind) const;
  // The test fails unless there is just one.
  YAML::Node TheOne(const std::string& kind) const;

  YAML::Node Container() const;  // of the Deployment
  // Its flags, "--listen=0.0.0.0:7070".
  std::vector<std::string> Arguments() const;
  // What a flag is given; the test fails unless it is given once.
  std::string Argument(const std::string& flag) const;

 private:
  std::string text_;
  std::vector<YAML::Node> objects_;
};

}  // namespace tune
