/// What a device does about an attempt to have others compute that comes to nothing.
///
/// An attempt is everything from the first message that leaves the device until control is back there, or the request is
/// answered. Where it fails the device waits for `backoffNanoseconds` x `backoffFactor`^(k - 1) before retry k, and after
/// the last retry falls back.
public struct Recovery: Sendable, Hashable {
  /// What is left when no retry is.
  public enum Fallback: String, Sendable, CaseIterable {
    /// The request fails.
    case none
    /// The device computes what it has no results of.
    case remaining
    /// The device computes the whole network, from the input.
    case whole
  }

  /// How long the device waits for an attempt, which is also how it learns of a loss; `nil` for ever, and losses are then
  /// known at once.
  public var timeoutNanoseconds: Int64?
  public var retries: Int
  public var backoffNanoseconds: Int64
  public var backoffFactor: Double
  public var longestBackoffNanoseconds: Int64?
  /// Each wait is shortened by up to this part of it, uniformly.
  public var backoffJitter: Double
  public var fallback: Fallback

  public init(
    timeoutNanoseconds: Int64? = nil, retries: Int = 0, backoffNanoseconds: Int64 = 0, backoffFactor: Double = 2,
    longestBackoffNanoseconds: Int64? = nil, backoffJitter: Double = 0, fallback: Fallback = .none
  ) {
    self.timeoutNanoseconds = timeoutNanoseconds
    self.retries = retries
    self.backoffNanoseconds = backoffNanoseconds
    self.backoffFactor = backoffFactor
    self.longestBackoffNanoseconds = longestBackoffNanoseconds
    self.backoffJitter = backoffJitter
    self.fallback = fallback
  }

  /// The wait before a retry, the first being 1, in nanoseconds; `uniform` in [0, 1) shortens it.
  func backoff(before retry: Int, uniform: Double) -> Int64 {
    var wait = Double(backoffNanoseconds)
    for _ in 1..<max(1, retry) where wait < 0x1p60 && wait > 0 { wait *= backoffFactor }
    if let longestBackoffNanoseconds { wait = min(wait, Double(longestBackoffNanoseconds)) }
    return Int64(min(wait * (1 - backoffJitter * uniform), 0x1p60).rounded())
  }
}
