// How much one caller may ask of the service, so that none takes it from the others.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tune {

struct AdmissionLimits {
  int calls_under_way = 64;      // of one caller; >= 1
  double calls_per_second = 0;   // of one caller, > 0; 0: no limit
  double burst = 100;            // calls that may come at once where there is a limit; >= 1
  size_t known_callers = 10000;  // more at one time are turned away; >= 1
};

// Thread-safe.
class Admission {
 public:
  explicit Admission(const AdmissionLimits& limits);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // A call that is under way until this goes. It must not outlive its Admission.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept : admission_(other.admission_), caller_(std::move(other.caller_)) {
      other.admission_ = nullptr;
    }
    Ticket& operator=(Ticket&& other) noexcept;
    ~Ticket() { Release(); }

   private:
    friend class Admission;
    Ticket(Admission* admission, std::string caller) : admission_(admission), caller_(std::move(caller)) {}
    void Release();

    Admission* admission_ = nullptr;
    std::string caller_;
  };

  // kResourceExhausted with google.rpc.RetryInfo: too many calls under way, or too many in a second. `now` never falls.
  absl::StatusOr<Ticket> Enter(const std::string& caller, absl::Time now);

 private:
  struct State;
  void Leave(const std::string& caller);
  std::unique_ptr<State> state_;
};

}  // namespace tune
