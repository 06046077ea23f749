/// A machine that shuts down when it has had no work for long enough, and boots for the next.
public struct PowerStates: Sendable, Hashable {
  public var sleepAfterNanoseconds: Int64
  public var shutdownNanoseconds: Int64
  public var shutdownWatts: Double
  public var offWatts: Double
  public var bootNanoseconds: Int64
  public var bootWatts: Double
  /// Whether weights are still in memory after a boot.
  public var keepsMemory: Bool

  public init(
    sleepAfterNanoseconds: Int64, shutdownNanoseconds: Int64 = 0, shutdownWatts: Double = 0, offWatts: Double = 0,
    bootNanoseconds: Int64, bootWatts: Double, keepsMemory: Bool = false
  ) {
    self.sleepAfterNanoseconds = sleepAfterNanoseconds
    self.shutdownNanoseconds = shutdownNanoseconds
    self.shutdownWatts = shutdownWatts
    self.offWatts = offWatts
    self.bootNanoseconds = bootNanoseconds
    self.bootWatts = bootWatts
    self.keepsMemory = keepsMemory
  }

  var isPossible: Bool {
    [sleepAfterNanoseconds, shutdownNanoseconds, bootNanoseconds].allSatisfy {
      (0..<SharingStation.workLimit).contains($0)
    } && [shutdownWatts, offWatts, bootWatts].allSatisfy(\.isPower)
  }
}

/// What a machine is doing as a whole.
enum PowerState: UInt8 {
  case on, shuttingDown, off, booting
  /// Its battery is empty.
  case dead
}
