#include "service/digest.h"

#include <openssl/evp.h>

#include <array>

namespace tune {

std::string DigestOf(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string(digest.begin(), digest.begin() + size);
}

}  // namespace tune
