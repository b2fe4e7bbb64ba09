#include "service/access/caller.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr char kBearer[] = "bearer ";
constexpr size_t kMostTokenBytes = 16 << 10;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// The values of one kind in the subject's name, as UTF-8.
std::vector<std::string> SubjectValues(const X509_NAME* subject, int nid) {
  std::vector<std::string> values;
  for (int at = X509_NAME_get_index_by_NID(subject, nid, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(subject, nid, at)) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size < 0) continue;
    values.push_back(Utf8(std::string(text, text + size)));
    OPENSSL_free(text);
  }
  return values;
}

}  // namespace

absl::StatusOr<Caller> CallerOfCertificate(const std::string& pem) {
  const Bio bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const Certificate certificate(PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr), &X509_free);
  if (certificate == nullptr) return absl::UnauthenticatedError("the client's certificate cannot be read");
  const X509_NAME* subject = X509_get_subject_name(certificate.get());
  const std::vector<std::string> names = SubjectValues(subject, NID_commonName);
  if (names.size() != 1 || names.front().empty()) {
    return absl::UnauthenticatedError(
        absl::StrCat("the client's certificate has ", names.size(), " common names; allowed: one, the user's"));
  }
  Caller caller;
  caller.user = names.front();
  caller.groups = SubjectValues(subject, NID_organizationName);
  caller.groups.emplace_back("system:authenticated");
  return caller;
}

absl::StatusOr<std::string> TokenOfHeader(const std::string& authorization) {
  if (!absl::StartsWithIgnoreCase(authorization, kBearer)) {
    return absl::UnauthenticatedError("the authorization header has another scheme; allowed: Bearer TOKEN");
  }
  const std::string token(absl::StripAsciiWhitespace(authorization.substr(sizeof(kBearer) - 1)));
  if (token.empty() || token.size() > kMostTokenBytes) {
    return absl::UnauthenticatedError(
        absl::StrCat("the bearer token has ", token.size(), " bytes; allowed: 1 to ", kMostTokenBytes));
  }
  return token;
}

}  // namespace tune
