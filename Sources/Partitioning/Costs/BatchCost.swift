/// How long one layer takes for several requests at once, in nanoseconds: overhead + max(a n, f + t n) for n requests.
///
/// A row of a cost table with `batch_ms` is overhead `fixed` and arithmetic `per_item`; one without takes n times its `ms`.
/// A layer under a device profile reads its weights once: its arithmetic and what it reads and writes grow with n.
public struct BatchCost: Sendable, Hashable {
  public var overhead = 0.0
  public var arithmeticPerItem = 0.0
  public var fixedTraffic = 0.0
  public var trafficPerItem = 0.0

  public init(overhead: Double = 0, arithmeticPerItem: Double = 0, fixedTraffic: Double = 0, trafficPerItem: Double = 0)
  {
    self.overhead = overhead
    self.arithmeticPerItem = arithmeticPerItem
    self.fixedTraffic = fixedTraffic
    self.trafficPerItem = trafficPerItem
  }

  /// The time of a batch, rounded to nanoseconds.
  public func nanoseconds(items: Int) -> Int64 {
    let n = Double(items)
    return .nanoseconds(overhead + max(arithmeticPerItem * n, fixedTraffic + trafficPerItem * n))
  }
}

extension CostTable {
  /// By tier and layer.
  func batchCosts(tier: Int) -> [BatchCost] {
    zip(batchTimes[tier], computeNanoseconds[tier]).map { batch, single in
      guard let batch else { return BatchCost(arithmeticPerItem: Double(single)) }
      return BatchCost(
        overhead: Double(batch.fixedNanoseconds), arithmeticPerItem: Double(batch.perItemNanoseconds))
    }
  }
}

extension DeviceProfile {
  /// What a network's layers cost in batches, by layer; nothing for its inputs.
  public func batchCosts(of network: CostGraph) -> [BatchCost] {
    let touched = measured == nil ? 0 : network.touchedBytes
    return network.layers.map { layer in
      guard let work = layer.work else { return BatchCost() }
      let rates = rates(of: work.costClass)
      // Where layers were measured, a batch of one takes what they say, and larger ones grow as their class does; without
      // limits of the class, with the number of items.
      let byClass = rates.seconds(macs: work.macs, bytes: work.bytes) * 1e9
      let told = measured?.nanoseconds(of: work, networkBytes: touched)
      if let told, byClass == 0 { return BatchCost(arithmeticPerItem: told) }
      let scale = told.map { $0 / byClass } ?? 1
      func time(_ amount: Int, at rate: Double?) -> Double { rate.map { Double(amount) / $0 * 1e9 * scale } ?? 0 }
      return BatchCost(
        overhead: rates.overheadSeconds * 1e9 * scale, arithmeticPerItem: time(work.macs, at: rates.macsPerSecond),
        fixedTraffic: time(work.weightBytes, at: rates.bytesPerSecond),
        trafficPerItem: time(work.bytes - work.weightBytes, at: rates.bytesPerSecond))
    }
  }
}
