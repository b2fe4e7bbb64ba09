// Certificates of an authority of the test's own, made by the openssl program.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/support/temporary_folder.h"

namespace tune {

class Certificates {
 public:
  // ca.crt and ca.key.
  Certificates() {
    std::ofstream(File("ca.cnf")) << "[ca]\ndefault_ca = own\n"
                                     "[own]\ndatabase = index\nnew_certs_dir = .\nrand_serial = yes\npolicy = names\n"
                                     "certificate = ca.crt\nprivate_key = ca.key\ndefault_md = sha256\n"
                                     "unique_subject = no\n"
                                     "[names]\ncommonName = supplied\n";
    const std::ofstream index(File("index"));  // an empty file
    Run(absl::StrCat("openssl req -x509 ", kKey, " -subj /CN=ca -days 2 -keyout ca.key -out ca.crt"));
  }

  std::string File(const std::string& name) const { return folder_.File(name); }
  std::string Read(const std::string& name) const { return TextOfFile(File(name)); }
  // FILE.crt and FILE.key for `name` and for localhost, signed by the authority, for so long from now on. Those that
  // were there before are written over.
  void Sign(const std::string& file, const std::string& name, absl::Duration valid) const {
    const std::string end = absl::FormatTime("%y%m%d%H%M%SZ", absl::Now() + valid, absl::UTCTimeZone());
    std::ofstream(File(file + ".ext")) << "subjectAltName = DNS:localhost, DNS:" << name << "\n";
    Run(absl::StrCat("openssl req ", kKey, " -subj /CN=", name, " -keyout ", file, ".key -out ", file, ".csr"));
    Run(absl::StrCat("openssl ca -batch -notext -config ca.cnf -startdate 200101000000Z -enddate ", end, " -in ", file,
                     ".csr -extfile ", file, ".ext -out ", file, ".crt"));
  }

 private:
  static constexpr char kKey[] = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

  void Run(const std::string& command) const {
    ASSERT_EQ(std::system(absl::StrCat("cd ", folder_.File(""), " && ", command, " >log 2>&1").c_str()), 0)
        << command << "\n"
        << Read("log");
  }

  TemporaryFolder folder_;
};

}  // namespace tune
