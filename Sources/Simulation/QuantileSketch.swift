/// Quantiles of positive numbers within a relative error of 1 %, in bounded memory.
///
/// Source: Masson, Rim, Lee, "DDSketch", VLDB 2019.
public struct QuantileSketch: Sendable {
  public init() {}
}
