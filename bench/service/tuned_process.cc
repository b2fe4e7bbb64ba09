#include "bench/service/tuned_process.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tune::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// One that nobody listens at now. The daemon does not tell which one it took.
int FreePort() {
  const int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(sock, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(sock, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(sock);
  return bound ? ntohs(address.sin_port) : 0;
}

// Ends with its parent.
pid_t Spawn(std::vector<std::string> words, const std::string& log) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const int out = open(log.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDERR_FILENO);
    execv(argv.front(), argv.data());
    _exit(127);
  }
  close(out);
  return pid;
}

// "127.0.0.1:40001" of the line that says so behind byte `from`; empty: none yet.
std::string AddressIn(const std::string& log, size_t from) {
  const std::string before = R"("event":"listening","address":")";
  const size_t at = log.find(before, from);
  if (at == std::string::npos) return "";
  const size_t begin = at + before.size(), end = log.find('"', begin);
  return end == std::string::npos ? "" : log.substr(begin, end - begin);
}

size_t Append(const char* data, size_t, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, count);
  return count;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TunedProcess>> TunedProcess::Start(const std::vector<std::string>& flags,
                                                                  const std::string& log, double seconds) {
  const size_t logged = ReadFile(log).size();
  const int port = FreePort();
  std::vector<std::string> words = {TUNED_PATH, "--listen", "127.0.0.1:0", "--metrics",
                                    absl::StrCat("127.0.0.1:", port)};
  words.insert(words.end(), flags.begin(), flags.end());
  const auto began = Clock::now();
  std::unique_ptr<TunedProcess> process(new TunedProcess(Spawn(std::move(words), log)));
  process->metrics_port_ = port;
  while (true) {
    const double since_s = std::chrono::duration<double>(Clock::now() - began).count();
    process->address_ = AddressIn(ReadFile(log), logged);
    process->start_s_ = since_s;
    if (!process->address_.empty()) return process;
    int status = 0;
    const bool ended = waitpid(process->pid_, &status, WNOHANG) != 0;
    if (ended) process->pid_ = 0;
    if (ended || since_s > seconds) {
      const std::string text = ReadFile(log);
      return absl::UnavailableError(absl::StrCat("tuned ", ended ? "ended" : "does not listen", ": ",
                                                 text.substr(std::min(text.size(), logged))));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TunedProcess::~TunedProcess() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

ProcessUse TunedProcess::Use() const {
  ProcessUse use;
  const std::string stat = ReadFile(absl::StrCat("/proc/", pid_, "/stat"));
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));  // the name may hold anything
  std::string field;
  for (int number = 3; fields >> field; ++number) {
    int64_t ticks = 0;
    if ((number != 14 && number != 15) || !absl::SimpleAtoi(field, &ticks)) continue;
    use.cpu_s += static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  std::istringstream lines(ReadFile(absl::StrCat("/proc/", pid_, "/status")));
  for (std::string line; std::getline(lines, line);) {
    const int64_t kib = std::atoll(line.c_str() + line.find(':') + 1);
    if (line.starts_with("VmRSS:")) use.rss_bytes = kib << 10;
    if (line.starts_with("VmHWM:")) use.most_rss_bytes = kib << 10;
  }
  return use;
}

absl::StatusOr<std::string> TunedProcess::Metrics() const {
  CURL* curl = curl_easy_init();
  std::string text;
  const std::string url = absl::StrCat("http://127.0.0.1:", metrics_port_, "/metrics");
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  if (code != CURLE_OK) return absl::UnavailableError(absl::StrCat(url, ": ", curl_easy_strerror(code)));
  return text;
}

int TunedProcess::Stop() {
  int status = 0;
  kill(pid_, SIGTERM);
  waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<double> ValueOf(const std::string& metrics, const std::string& series) {
  const std::string text = "\n" + metrics;
  const size_t at = text.find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::atof(text.c_str() + at + series.size() + 2);
}

}  // namespace tune::bench
