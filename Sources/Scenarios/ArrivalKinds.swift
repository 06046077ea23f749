import Simulation
import StrictJSON

/// The arrival processes that a scenario can name.
enum ArrivalKinds {
  /// A process, or the file that holds its times.
  struct Entry {
    var process: Arrivals
    var file: Reference?
    var requestsPerArrival = 1
    var load: LoadScenario?
  }

  static let all: [Kind<Entry>] = [
    Kind("poisson", "independent requests: exponential gaps") { fields in
      Entry(process: .poisson(ratePerSecond: rate(&fields)), requestsPerArrival: batch(&fields))
    },
    Kind("periodic", "evenly spaced requests") { fields in
      let rate = rate(&fields)
      let phase = fields.double("phase_s", default: 0, in: .nonNegative(upTo: 1e9), "when the first request begins")
      let jitter = fields.double(
        "jitter", default: 0, in: .fraction, "shifts each request by up to this part of a period")
      return Entry(
        process: .periodic(ratePerSecond: rate, phaseSeconds: phase, jitter: jitter),
        requestsPerArrival: batch(&fields))
    },
    Kind("mmpp", "a Poisson process whose rate goes round through states of random length") { fields in
      let rates = fields.numbers("rates_per_s", in: .nonNegative(upTo: 1e9), "requests a second in each state")
      let holding = fields.numbers("mean_holding_s", in: .range(1e-9...1e9), "mean time in each state, exponential")
      if rates.count != holding.count, fields.isPresent("rates_per_s"), fields.isPresent("mean_holding_s") {
        fields.error("\(holding.count) holding times for \(rates.count) rates", at: "mean_holding_s")
      } else if rates.isEmpty || !rates.contains(where: { $0 > 0 }), fields.isPresent("rates_per_s") {
        fields.error("one rate at least must be positive", at: "rates_per_s")
      }
      return Entry(
        process: .mmpp(ratesPerSecond: rates, meanHoldingSeconds: holding), requestsPerArrival: batch(&fields))
    },
    Kind("trace", "at the times given") { fields in
      let times = fields.numbersIfPresent("times_s", in: .nonNegative(upTo: 1e9), "ascending times in seconds")
      let file = fields.referenceIfPresent("file", "a file with one ascending time in seconds a line")
      if (times == nil) == (file == nil), fields.isPresent("times_s") == fields.isPresent("file") {
        fields.error("a trace has either 'times_s' or a 'file'")
      }
      if let times, let index = times.indices.dropFirst().first(where: { times[$0] < times[$0 - 1] }) {
        fields.error(
          "'times_s' must ascend: \(JSONNumber(times[index]).text) comes after \(JSONNumber(times[index - 1]).text)",
          at: "times_s")
      }
      return Entry(
        process: .trace(nanoseconds: (times ?? []).map(nanoseconds)), file: file, requestsPerArrival: batch(&fields))
    },
    Kind("closed", "a fixed number of clients, each waiting for its answer") { fields in
      let clients = fields.int("clients", in: 1...1_000_000, "requests in flight at most, on each machine")
      let think = fields.double(
        "think_s", default: 0, in: .nonNegative(upTo: 1e9), "time between answer and next request")
      let kind = fields.choice("think", default: Think.constant, "whether think times are constant or exponential")
      return Entry(process: .closed(clients: clients, thinkSeconds: think, exponential: kind == .exponential))
    },
    Kind("diurnal", "a Poisson process whose rate goes up and down as a sine") { fields in
      let mean = fields.double("mean_per_s", in: .positive(upTo: 5e8), "requests a second at each machine, on average")
      let amplitude = fields.double(
        "amplitude", default: 0.5, in: .fraction, "how far the rate goes up and down, as a part of the mean")
      let period = fields.double("period_s", default: 86_400, in: .range(1e-3...1e9), "from peak to peak")
      let phase = fields.double(
        "phase", default: 0, in: .range(-1...1),
        "the part of a period by which the rise through the mean comes before 0 s")
      return Entry(
        process: .diurnal(meanPerSecond: mean, amplitude: amplitude, periodSeconds: period, phase: phase),
        requestsPerArrival: batch(&fields))
    },
    Kind("SingleStream", "MLPerf: the next query when the one before is answered; p90 of the latency") { _ in
      Entry(process: .closed(clients: 1, thinkSeconds: 0, exponential: false), load: .singleStream)
    },
    Kind("MultiStream", "MLPerf: queries of several samples one after another; p99 of the queries' latency") { fields in
      let samples = fields.int("samples_per_query", default: 8, in: 1...1_000_000, "samples of one query")
      return Entry(
        process: .closed(clients: 1, thinkSeconds: 0, exponential: false), requestsPerArrival: samples,
        load: .multiStream)
    },
    Kind("Server", "MLPerf: a Poisson process; p99 of the latency") { fields in
      Entry(process: .poisson(ratePerSecond: rate(&fields)), load: .server)
    },
    Kind("Offline", "MLPerf: all samples at the start; samples a second") { fields in
      let samples = fields.int("samples", default: 24_576, in: 1...1_000_000, "samples of the only query")
      return Entry(process: .trace(nanoseconds: [0]), requestsPerArrival: samples, load: .offline)
    },
  ]

  private static func batch(_ fields: inout FieldReader) -> Int {
    fields.int("batch", default: 1, in: 1...1_000_000, "requests that begin at each arrival")
  }

  static func nanoseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e9).rounded()) }

  private enum Think: String, CaseIterable { case constant, exponential }

  private static func rate(_ fields: inout FieldReader) -> Double {
    fields.double("rate_per_s", in: .positive(upTo: 1e9), "requests a second at each machine of the source")
  }
}
