/// What a machine is besides its servers and its line: each part optional, none by default.
public struct MachineTraits: Sendable, Hashable {
  public var memory: ModelMemory?
  public var firstInference: FirstInference?
  public var background: BackgroundLoad?
  public var governor: ClockGovernor?
  public var thermal: ThermalModel?
  public var powerStates: PowerStates?
  public var battery: Battery?

  public init() {}

  /// Whether there are none, so that a plain station will do.
  public var isPlain: Bool { self == MachineTraits() }

  var arePossible: Bool {
    let isFirstPossible = firstInference.map {
      (0...1e6).contains($0.factor) && (0..<SharingStation.workLimit).contains($0.extraNanoseconds)
    }
    return memory?.isPossible ?? true && isFirstPossible ?? true && background?.isPossible ?? true
      && governor?.isPossible ?? true && thermal?.isPossible ?? true && powerStates?.isPossible ?? true
      && battery.map { $0.joules > 0 && $0.joules <= 1e12 } ?? true
  }
}

/// The first visit of each network's part after its weights came: kernels are compiled and caches are cold.
///
/// It takes `factor` x its time + `extraNanoseconds`.
public struct FirstInference: Sendable, Hashable {
  public var factor: Double
  public var extraNanoseconds: Int64

  public init(factor: Double = 1, extraNanoseconds: Int64 = 0) {
    self.factor = factor
    self.extraNanoseconds = extraNanoseconds
  }

  func work(_ nanoseconds: Int64) -> Double { Double(nanoseconds) * factor + Double(extraNanoseconds) }
}
