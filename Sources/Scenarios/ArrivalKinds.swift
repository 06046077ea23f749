import Simulation
import StrictJSON

/// The arrival processes that a scenario can name.
enum ArrivalKinds {
  /// A process, or the file that holds its times.
  typealias Entry = (process: Arrivals, file: Reference?)

  static let all: [Kind<Entry>] = [
    Kind("poisson", "independent requests: exponential gaps") { fields in
      (.poisson(ratePerSecond: rate(&fields)), nil)
    },
    Kind("periodic", "evenly spaced requests") { fields in
      let rate = rate(&fields)
      let phase = fields.double("phase_s", default: 0, in: .nonNegative(upTo: 1e9), "when the first request begins")
      let jitter = fields.double(
        "jitter", default: 0, in: .fraction, "shifts each request by up to this part of a period")
      return (.periodic(ratePerSecond: rate, phaseSeconds: phase, jitter: jitter), nil)
    },
    Kind("mmpp", "a Poisson process whose rate goes round through states of random length") { fields in
      let rates = fields.numbers("rates_per_s", in: .nonNegative(upTo: 1e9), "requests a second in each state")
      let holding = fields.numbers("mean_holding_s", in: .range(1e-9...1e9), "mean time in each state, exponential")
      if rates.count != holding.count, fields.isPresent("rates_per_s"), fields.isPresent("mean_holding_s") {
        fields.error("\(holding.count) holding times for \(rates.count) rates", at: "mean_holding_s")
      } else if rates.isEmpty || !rates.contains(where: { $0 > 0 }), fields.isPresent("rates_per_s") {
        fields.error("one rate at least must be positive", at: "rates_per_s")
      }
      return (.mmpp(ratesPerSecond: rates, meanHoldingSeconds: holding), nil)
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
      return (.trace(nanoseconds: (times ?? []).map(nanoseconds)), file)
    },
    Kind("closed", "a fixed number of clients, each waiting for its answer") { fields in
      let clients = fields.int("clients", in: 1...1_000_000, "requests in flight at most, on each machine")
      let think = fields.double(
        "think_s", default: 0, in: .nonNegative(upTo: 1e9), "time between answer and next request")
      let kind = fields.choice("think", default: Think.constant, "whether think times are constant or exponential")
      return (.closed(clients: clients, thinkSeconds: think, exponential: kind == .exponential), nil)
    },
  ]

  static func nanoseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e9).rounded()) }

  private enum Think: String, CaseIterable { case constant, exponential }

  private static func rate(_ fields: inout FieldReader) -> Double {
    fields.double("rate_per_s", in: .positive(upTo: 1e9), "requests a second at each machine of the source")
  }
}
