import Simulation
import StrictJSON

extension Recovery {
  /// What a source does about attempts that fail.
  init(from fields: inout FieldReader) {
    func nanoseconds(_ milliseconds: Double) -> Int64 { Int64((milliseconds * 1e6).rounded()) }
    let timeout = fields.doubleIfPresent(
      "timeout_ms", in: .positive(upTo: 1e12),
      "how long the device waits, from the first message that leaves it until control is back; losses are noticed at once "
        + "where missing")
    let retries = fields.int("retries", default: 0, in: 0...10_000, "attempts after the first")
    let backoff = fields.double(
      "backoff_ms", default: 0, in: .nonNegative(upTo: 1e9), "the wait before the first retry")
    let factor = fields.double(
      "backoff_factor", default: 2, in: .range(1...1000), "how many times longer each wait is than the one before")
    let longest = fields.doubleIfPresent("max_backoff_ms", in: .nonNegative(upTo: 1e9), "the longest wait")
    let jitter = fields.double(
      "backoff_jitter", default: 0, in: .fraction, "each wait is shortened by up to this part of it, uniformly")
    let fallback = fields.choice(
      "fallback", default: Fallback.none,
      "after the last retry; none: the request fails; remaining: the device computes what it has no results of; whole: it "
        + "computes the whole network")
    self.init(
      timeoutNanoseconds: timeout.map(nanoseconds), retries: retries, backoffNanoseconds: nanoseconds(backoff),
      backoffFactor: factor, longestBackoffNanoseconds: longest.map(nanoseconds), backoffJitter: jitter,
      fallback: fallback)
  }
}
