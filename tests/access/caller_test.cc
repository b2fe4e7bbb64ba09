#include "service/access/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <utility>
#include <vector>

namespace tune {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A certificate that signs itself, with these fields in its subject: {"CN", "ann"}.
std::string CertificateOf(const std::vector<std::pair<const char*, std::string>>& subject) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  for (const auto& [field, text] : subject) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  }
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bytes.get(), certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bytes.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

TEST(CallerOfCertificate, IsTheCommonNameWithItsOrganisationsAsGroups) {
  const auto caller = CallerOfCertificate(CertificateOf({{"O", "team-a"}, {"O", "on-call"}, {"CN", "ann"}}));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->user, "ann");
  EXPECT_THAT(caller->groups, ElementsAre("team-a", "on-call", "system:authenticated"));
}

// A name that holds another field's text stays one name.
TEST(CallerOfCertificate, IsNotMistakenByCommasAndSlashes) {
  const auto caller = CallerOfCertificate(CertificateOf({{"CN", "ann,O=system:masters/O=system:masters"}}));
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->user, "ann,O=system:masters/O=system:masters");
  EXPECT_THAT(caller->groups, ElementsAre("system:authenticated"));
}

TEST(CallerOfCertificate, NeedsOneCommonName) {
  for (const std::string& pem : {CertificateOf({{"O", "team-a"}}), CertificateOf({{"CN", "ann"}, {"CN", "bob"}}),
                                 std::string("no certificate"), std::string()}) {
    EXPECT_EQ(CallerOfCertificate(pem).status().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST(TokenOfHeader, IsABearersToken) {
  EXPECT_EQ(*TokenOfHeader("Bearer abc.def"), "abc.def");
  EXPECT_EQ(*TokenOfHeader("bearer  abc "), "abc");
  for (const char* other : {"Basic YTpi", "abc", "", "Bearer", "Bearer  "}) {
    EXPECT_EQ(TokenOfHeader(other).status().code(), absl::StatusCode::kUnauthenticated) << other;
  }
  EXPECT_THAT(TokenOfHeader("Bearer " + std::string(16385, 'x')).status().message(), HasSubstr("16385 bytes"));
}

}  // namespace
}  // namespace tune
