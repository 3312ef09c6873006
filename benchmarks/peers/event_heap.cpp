// W1 to W3 written by hand in C++: one event after another from a binary heap, as fast as that
// gets without more cunning. Numbers are those of numbers.py.
//
// Build: g++ -O3 -march=native -std=c++17 event_heap.cpp -o event_heap
// Run:   event_heap w2 2000000 1        (workload, messages, seed); prints one JSON object.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

constexpr double kRate = 1000.0;

// wyrand (Wang Yi): one multiplication per number.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull + 1) {}
  double uniform() {  // between 0 and 1, never either
    state_ += 0xa0761d6478bd642full;
    const __uint128_t wide = static_cast<__uint128_t>(state_) * (state_ ^ 0xe7037ed1a0b428dbull);
    const uint64_t bits = static_cast<uint64_t>(wide >> 64) ^ static_cast<uint64_t>(wide);
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
  }
  double exponential(double mean) { return -std::log(uniform()) * mean; }
  double lognormal(double mu, double sigma) { return std::exp(mu + sigma * normal()); }

 private:
  double normal() {  // Marsaglia's polar method makes two at once.
    if (kept_) {
      kept_ = false;
      return spare_;
    }
    double x, y, square;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    const double factor = std::sqrt(-2 * std::log(square) / square);
    spare_ = y * factor;
    kept_ = true;
    return x * factor;
  }
  uint64_t state_;
  double spare_ = 0;
  bool kept_ = false;
};

struct Lognormal {
  double mu, sigma;
  Lognormal(double mean, double s) : mu(std::log(mean) - s * s / 2), sigma(s) {}
  double draw(Random& random) const { return random.lognormal(mu, sigma); }
};

// Counts of times by exponent and ten bits of mantissa: bins of at most 0.1 %.
class Histogram {
 public:
  void add(double value) {
    uint64_t bits;
    std::memcpy(&bits, &value, 8);
    const int64_t bin = static_cast<int64_t>(bits >> 42) - kLow;
    counts_[std::min<int64_t>(std::max<int64_t>(bin, 0), kSize - 1)]++;
    sum_ += value;
    count_++;
  }
  double mean() const { return count_ ? sum_ / static_cast<double>(count_) : 0; }
  double quantile(double share) const {
    const auto wanted = static_cast<uint64_t>(share * static_cast<double>(count_));
    uint64_t below = 0;
    for (int64_t i = 0; i < kSize; i++) {
      below += counts_[i];
      if (below > wanted) {
        const uint64_t bits = (static_cast<uint64_t>(i + kLow) << 42) | (1ull << 41);
        double value;
        std::memcpy(&value, &bits, 8);
        return value;
      }
    }
    return 0;
  }

 private:
  static constexpr int64_t kLow = (1023 - 30) << 10, kSize = 50 << 10;
  std::vector<uint64_t> counts_ = std::vector<uint64_t>(kSize);
  double sum_ = 0;
  uint64_t count_ = 0;
};

// A line of waiting messages in a ring that doubles.
template <class T>
class Ring {
 public:
  bool empty() const { return head_ == tail_; }
  void push(T value) {
    if (tail_ - head_ == items_.size()) {
      std::vector<T> larger(items_.size() * 2);
      for (size_t i = head_; i < tail_; i++) larger[i & (larger.size() - 1)] = at(i);
      items_.swap(larger);
    }
    at(tail_++) = value;
  }
  T pop() { return at(head_++); }

 private:
  T& at(size_t i) { return items_[i & (items_.size() - 1)]; }
  std::vector<T> items_ = std::vector<T>(1024);
  size_t head_ = 0, tail_ = 0;
};

struct Event {
  double at;
  double born;
  double began;
  uint32_t kind;
  uint32_t tag;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.at > b.at; }
};
class Agenda {
 public:
  Agenda() { events_.reserve(1 << 14); }
  bool empty() const { return events_.empty(); }
  void push(const Event& event) {
    events_.push_back(event);
    std::push_heap(events_.begin(), events_.end(), Later());
  }
  Event pop() {
    handled++;
    std::pop_heap(events_.begin(), events_.end(), Later());
    const Event event = events_.back();
    events_.pop_back();
    return event;
  }
  uint64_t handled = 0;

 private:
  std::vector<Event> events_;
};

struct Found {
  Histogram times, stored;
  uint64_t events = 0, cold = 0, dead = 0;
};

// W1 and W3: stations in series, each of some servers with one line.
void series(uint32_t stations, int servers, double mean, uint64_t messages, Random& random,
            Found& found) {
  Agenda agenda;
  std::vector<Ring<double>> lines(stations);
  std::vector<int> idle(stations, servers);
  const auto enter = [&](uint32_t station, double now, double born) {
    if (idle[station] == 0) {
      lines[station].push(born);
      return;
    }
    idle[station]--;
    agenda.push({now + random.exponential(mean), born, 0, station + 1, 0});
  };
  uint64_t made = 1;
  agenda.push({random.exponential(1 / kRate), 0, 0, 0, 0});
  while (!agenda.empty()) {
    const Event event = agenda.pop();
    if (event.kind == 0) {
      if (made++ < messages) agenda.push({event.at + random.exponential(1 / kRate), 0, 0, 0, 0});
      enter(0, event.at, event.at);
      continue;
    }
    const uint32_t left = event.kind - 1;
    if (lines[left].empty())
      idle[left]++;
    else
      agenda.push({event.at + random.exponential(mean), lines[left].pop(), 0, event.kind, 0});
    if (event.kind == stations)
      found.times.add(event.at - event.born);
    else
      enter(event.kind, event.at, event.born);
  }
  found.events = agenda.handled;
}

struct Work {
  double born;
  uint32_t tag;
};

// W2.
class Pipeline {
 public:
  Pipeline(Random& random, Found& found) : random_(random), found_(found) {}

  void run(uint64_t messages) {
    uint64_t made = 1;
    double area = random_.exponential(1);
    agenda_.push({time_of(area), 0, 0, kSource, 0});
    while (!agenda_.empty()) {
      const Event event = agenda_.pop();
      if (event.kind == kSource) {
        if (made++ < messages) {
          area += random_.exponential(1);
          agenda_.push({time_of(area), 0, 0, kSource, 0});
        }
        agenda_.push({event.at + 0.005, event.at, 0, kCalled, 0});
      } else {
        handle(event);
      }
    }
    found_.events = agenda_.handled;
  }

 private:
  enum Kind : uint32_t { kSource, kCalled, kFirst, kQueued, kWindow, kSecond, kTopic, kToken,
                         kThird, kInterval };
  struct Function {
    Function(int count, double mean, Kind kind) : free(count), law(mean, 0.5), ends(kind) {}
    int free;
    Lognormal law;
    Kind ends;
    std::vector<double> idle;
    Ring<Work> line;
  };
  struct Member {
    double born;
    uint32_t received;
  };

  static double time_of(double area) {
    const double quiet = 800.0 * 30, period = quiet + 1600.0 * 10;
    const double whole = std::floor(area / period), rest = area - whole * period;
    return whole * 40 + (rest < quiet ? rest / 800 : 30 + (rest - quiet) / 1600);
  }

  void begin(Function& function, double now, Work work, double more) {
    agenda_.push({now + function.law.draw(random_) + more, work.born, now, function.ends, work.tag});
  }
  void invoke(Function& function, double now, Work work) {
    if (function.free == 0) {
      function.line.push(work);
      return;
    }
    function.free--;
    double more = 0;
    if (!function.idle.empty() && now - function.idle.back() <= 20) {
      function.idle.pop_back();
    } else {
      function.idle.clear();
      found_.cold++;
      more = cold_.draw(random_);
    }
    begin(function, now, work, more);
  }
  void ended(Function& function, double now) {
    if (!function.line.empty()) {
      begin(function, now, function.line.pop(), 0);
      return;
    }
    function.free++;
    function.idle.push_back(now);
  }

  void enqueue(double now, Member member) {
    auto& batch = batches_[open_];
    batch.push_back(member);
    if (batch.size() == 10)
      close(now);
    else if (batch.size() == 1)
      agenda_.push({now + 1, 0, 0, kWindow, closed_});
  }
  void close(double now) {
    invoke(second_, now, {0, open_});
    closed_++;
    if (unused_.empty()) {
      open_ = static_cast<uint32_t>(batches_.size());
      batches_.emplace_back();
      batches_.back().reserve(10);
    } else {
      open_ = unused_.back();
      unused_.pop_back();
    }
  }
  void flush(double now) {
    for (const double born : buffer_) found_.stored.add(now + 0.2 - born);
    buffer_.clear();
    bytes_ = 0;
    flushes_++;
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case kCalled:
        invoke(first_, event.at, {event.born, 0});
        break;
      case kFirst:
        ended(first_, event.at);
        agenda_.push({event.at + 0.01, event.born, 0, kQueued, 0});
        break;
      case kQueued:
        enqueue(event.at, {event.born, event.tag});
        break;
      case kWindow:
        if (event.tag == closed_) close(event.at);
        break;
      case kSecond:
        ended(second_, event.at);
        spread(event);
        break;
      case kTopic:
        publish(event);
        break;
      case kToken:
        invoke(third_, event.at, {event.born, 0});
        break;
      case kThird:
        ended(third_, event.at);
        found_.times.add(event.at - event.born);
        break;
      default:  // kInterval
        if (event.tag == flushes_) flush(event.at);
    }
  }
  void spread(const Event& event) {
    for (const Member& member : batches_[event.tag]) {
      if (random_.uniform() >= 0.03)
        agenda_.push({event.at + 0.02, member.born, 0, kTopic, 0});
      else if (member.received + 1 < 3)
        agenda_.push({event.began + 30, member.born, 0, kQueued, member.received + 1});
      else
        found_.dead++;
    }
    batches_[event.tag].clear();
    unused_.push_back(event.tag);
  }
  void publish(const Event& event) {
    if (random_.uniform() < 0.25) {
      const double free_at = token_at_ - 299.0 / 300;
      token_at_ = std::max(token_at_, event.at) + 1.0 / 300;
      if (free_at > event.at)
        agenda_.push({free_at, event.born, 0, kToken, 0});
      else
        invoke(third_, event.at, {event.born, 0});
    }
    buffer_.push_back(event.born);
    bytes_ += record_.draw(random_);
    if (bytes_ >= 5.0 * 1024 * 1024)
      flush(event.at);
    else if (buffer_.size() == 1)
      agenda_.push({event.at + 60, 0, 0, kInterval, flushes_});
  }

  Random& random_;
  Found& found_;
  Agenda agenda_;
  Function first_{100, 0.05, kFirst}, second_{20, 0.1, kSecond}, third_{30, 0.08, kThird};
  Lognormal cold_{0.3, 0.3}, record_{85, 0.5};
  std::vector<std::vector<Member>> batches_ = std::vector<std::vector<Member>>(1);
  std::vector<uint32_t> unused_;
  uint32_t open_ = 0, closed_ = 0, flushes_ = 0;
  std::vector<double> buffer_;
  double bytes_ = 0, token_at_ = 0;
};

// The most memory held at once, in MiB; what getrusage says includes the starting process.
double peak_mib() {
  char line[256];
  long kib = 0;
  if (std::FILE* status = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line, sizeof line, status) && std::sscanf(line, "VmHWM: %ld", &kib) != 1) {
    }
    std::fclose(status);
  } else {
    rusage used;
    getrusage(RUSAGE_SELF, &used);
    kib = used.ru_maxrss;
  }
  return static_cast<double>(kib) / 1024;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: event_heap w1|w2|w3 MESSAGES SEED\n");
    return 2;
  }
  const std::string workload = words[1];
  const uint64_t messages = std::strtoull(words[2], nullptr, 10);
  Random random(std::strtoull(words[3], nullptr, 10));
  Found found;
  const std::clock_t spent = std::clock();
  const auto start = std::chrono::steady_clock::now();
  if (workload == "w1") {
    series(5, 1, 0.0008, messages, random, found);
  } else if (workload == "w2") {
    Pipeline(random, found).run(messages);
  } else if (workload == "w3") {
    series(1, 50, 0.045, messages, random, found);
  } else {
    std::fprintf(stderr, "no workload %s: w1, w2 or w3\n", words[1]);
    return 2;
  }
  const double p50 = found.times.quantile(0.5), p95 = found.times.quantile(0.95),
               p99 = found.times.quantile(0.99);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf(
      "{\"messages\": %llu, \"seconds\": %.6f, \"cpu_s\": %.6f, \"mean_s\": %.9f, \"p50_s\": %.9f, "
      "\"p95_s\": %.9f, \"p99_s\": %.9f, \"store_mean_s\": %.6f, \"store_p95_s\": %.6f, "
      "\"cold_starts\": %llu, \"dead\": %llu, \"events\": %llu, \"peak_mib\": %.1f}\n",
      static_cast<unsigned long long>(messages), wall.count(),
      static_cast<double>(std::clock() - spent) / CLOCKS_PER_SEC, found.times.mean(), p50, p95, p99,
      found.stored.mean(), found.stored.quantile(0.95),
      static_cast<unsigned long long>(found.cold), static_cast<unsigned long long>(found.dead),
      static_cast<unsigned long long>(found.events), peak_mib());
}
