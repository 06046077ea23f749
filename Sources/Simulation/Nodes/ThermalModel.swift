import Glibc

/// One resistance and one capacity between the machine and its surroundings: C dT/dt = P - (T - ambient) / R.
///
/// While the power is constant T goes from T0 towards ambient + P R as exp(-t / (R C)); so it is integrated exactly from
/// change to change, and the time at which it meets a limit is known. Source: Incropera and DeWitt, "Fundamentals of heat
/// and mass transfer", chapter 5.1 (lumped capacitance).
public struct ThermalModel: Sendable, Hashable {
  /// From a temperature on the speed is limited, until it has fallen by the hysteresis.
  public struct Step: Sendable, Hashable {
    public var celsius: Double
    public var speed: Double
    /// Whole power with every server busy; `nil` for what the speed leaves of it.
    public var busyWatts: Double?

    public init(celsius: Double, speed: Double, busyWatts: Double? = nil) {
      self.celsius = celsius
      self.speed = speed
      self.busyWatts = busyWatts
    }
  }

  public var ambientCelsius: Double
  public var kelvinPerWatt: Double
  public var joulesPerKelvin: Double
  public var initialCelsius: Double
  /// Ascending by temperature, each slower than the one before.
  public var steps: [Step]
  public var hysteresisKelvin: Double

  public init(
    ambientCelsius: Double = 25, kelvinPerWatt: Double, joulesPerKelvin: Double, initialCelsius: Double? = nil,
    steps: [Step] = [], hysteresisKelvin: Double = 2
  ) {
    self.ambientCelsius = ambientCelsius
    self.kelvinPerWatt = kelvinPerWatt
    self.joulesPerKelvin = joulesPerKelvin
    self.initialCelsius = initialCelsius ?? ambientCelsius
    self.steps = steps
    self.hysteresisKelvin = hysteresisKelvin
  }

  /// R C, in nanoseconds.
  var timeConstant: Double { kelvinPerWatt * joulesPerKelvin * 1e9 }

  /// The shortest time constant: below it temperatures would cross limits all the time.
  static let shortestTimeConstant = 1e6

  var isPossible: Bool {
    let isFinite = [ambientCelsius, initialCelsius].allSatisfy { (-273.15...1e4).contains($0) }
    let ascends = zip(steps, steps.dropFirst()).allSatisfy { $0.celsius < $1.celsius && $0.speed > $1.speed }
    return isFinite && kelvinPerWatt > 0 && joulesPerKelvin > 0
      && (Self.shortestTimeConstant...1e18).contains(timeConstant) && (0.01...1e4).contains(hysteresisKelvin) && ascends
      && steps.allSatisfy { (-273.15...1e4).contains($0.celsius) && (1e-3...1e3).contains($0.speed) }
      && steps.allSatisfy { $0.busyWatts?.isPower ?? true }
  }

  /// Where the temperature goes at a power.
  func steadyCelsius(watts: Double) -> Double { ambientCelsius + watts * kelvinPerWatt }

  func celsius(_ start: Double, after nanoseconds: Int64, watts: Double) -> Double {
    let steady = steadyCelsius(watts: watts)
    return steady + (start - steady) * exp(-Double(nanoseconds) / timeConstant)
  }

  /// When the temperature comes from `start` to a limit, in nanoseconds, rounded up; `nil` where it never does.
  func nanoseconds(from start: Double, to limit: Double, watts: Double) -> Int64? {
    let steady = steadyCelsius(watts: watts)
    guard (start < limit) == (limit < steady), steady != limit, start != limit else { return nil }
    let time = timeConstant * log((steady - start) / (steady - limit))
    return time < Double(SharingStation.workLimit) * 16 ? Int64(time.rounded(.up)) : nil
  }
}
