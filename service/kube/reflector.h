// Follows one kind of objects: lists them, watches from there, and starts over where the server has forgotten.
#pragma once

#include <simdjson.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/kube/backoff.h"
#include "service/kube/client.h"
#include "service/kube/resource.h"

namespace tune {

struct ObjectMeta {
  std::string ns;  // empty: the kind has none
  std::string name;
  std::string resource_version;  // equal: the same object
};

// Where objects go. Called from the reflector's thread alone.
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  virtual void BeginList() = 0;
  // `object` is valid during the call.
  virtual void Put(const ObjectMeta& meta, simdjson::dom::element object) = 0;
  virtual void Remove(const ObjectMeta& meta) = 0;
  // All of them have been put since BeginList(): others are gone.
  virtual void EndList() = 0;
};

struct ReflectorOptions {
  KubeResource resource;
  std::string ns;              // empty: all namespaces, or a kind that has none
  std::string name;            // of one object, which a right to that object alone lets follow; empty: all objects
  std::string label_selector;  // "app=flink"; empty: all objects
  int page_size = 500;         // objects of one list request; >= 1
  int64_t most_page_bytes = 64 << 20;
  absl::Duration page_timeout = absl::Seconds(60);
  // A watch is asked to end after this to twice this, and is followed by the next one.
  absl::Duration watch_length = absl::Minutes(5);
  absl::Duration least_wait = absl::Milliseconds(200);  // after a failure; it doubles with each further one, to
  absl::Duration most_wait = absl::Seconds(30);         // this
};

struct ReflectorState {
  bool synced = false;             // a list went through since the start
  absl::Duration age;              // since the server's last word, bookmarks among them; infinite: there was none
  absl::Status error;              // why it does not follow now; OK: it does
  int64_t lists = 0, watches = 0;  // that were begun since the start
};

class Reflector {
 public:
  // Starts at once. `client` and `sink` outlive it. kInvalidArgument: options.
  static absl::StatusOr<std::unique_ptr<Reflector>> Start(KubeClient& client, ReflectorOptions options,
                                                          ObjectSink& sink);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // Thread-safe.
  ReflectorState state() const;
  // False: not synced after `timeout`.
  bool WaitSynced(absl::Duration timeout) const;

 private:
  Reflector(KubeClient& client, ReflectorOptions options, ObjectSink& sink, std::string path);
  void Run();
  void Sleep(absl::Duration wait);
  std::string Selection() const;
  bool Open(const std::string& query, absl::Duration timeout, absl::Status& status);
  absl::StatusOr<std::string> ReadSome();
  absl::StatusOr<std::string> ReadPage(const std::string& continue_token);
  absl::Status List();
  absl::Status PutPage(const std::string& page, simdjson::dom::parser& parser, std::string& continue_token);
  absl::Status Watch();
  void HearServer();
  void SetError(const absl::Status& status);

  KubeClient& client_;
  const ReflectorOptions options_;
  ObjectSink& sink_;
  const std::string path_;

  // The thread's own.
  Backoff backoff_;
  absl::BitGen random_;
  std::string resource_version_;  // up to which objects are known; empty: list
  bool progress_ = false;         // the watch brought something

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool ending_ = false;
  std::unique_ptr<KubeStream> stream_;  // the one under way
  ReflectorState state_;                // without its age
  std::chrono::steady_clock::time_point heard_;
  bool heard_once_ = false;
  std::thread thread_;
};

}  // namespace tune
