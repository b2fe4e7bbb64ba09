// Certificates made for a test.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace tune {

inline std::string TextOfFile(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// In `folder`: a CA, ca.crt and ca.key.
inline void MakeAuthority(const std::string& folder) {
  ASSERT_EQ(
      std::system(("cd " + folder +
                   " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ca -days 2 "
                   "-keyout ca.key -out ca.crt 2>openssl.log")
                      .c_str()),
      0)
      << TextOfFile(folder + "/openssl.log");
}

// In `folder`: FILE.crt and FILE.key, which the CA signed, for `name`, at the host `dns`.
inline void MakeCertificate(const std::string& folder, const std::string& file, const std::string& name,
                            const std::string& dns) {
  const std::string command = "cd " + folder + " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes " +
                              "-subj /CN=" + name + " -keyout " + file + ".key -out " + file +
                              ".csr 2>openssl.log && " + "printf 'subjectAltName=DNS:" + dns + "' >" + file +
                              ".ext && openssl x509 -req -in " + file +
                              ".csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile " + file + ".ext -out " +
                              file + ".crt 2>>openssl.log";
  ASSERT_EQ(std::system(command.c_str()), 0) << TextOfFile(folder + "/openssl.log");
}

}  // namespace tune
