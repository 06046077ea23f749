extension Machine {
  /// What changes a machine by itself.
  enum Transition {
    case powerStateEnded, fellAsleep, levelStepped, throttled, released, backgroundChanged, radioTailEnded, depleted
  }

  /// The next change if nobody comes or goes.
  var nextTransition: (time: Int64, kind: Transition)? {
    if isDead { return nil }
    var next: (time: Int64, kind: Transition)?
    func consider(_ time: Int64?, _ kind: Transition) {
      guard let time, time < next?.time ?? .max else { return }
      next = (max(time, lastUpdate), kind)
    }
    consider(charge?.nanoseconds(at: ledger.power).map { lastUpdate + $0 }, .depleted)
    if power != .on {
      if powerEnd < .max { consider(powerEnd, .powerStateEnded) }
    } else if let states = traits.powerStates, present == 0 {
      consider(idleSince + states.sleepAfterNanoseconds, .fellAsleep)
    }
    if levelEnd < .max { consider(levelEnd, .levelStepped) }
    if let background = traits.background {
      consider(background.next(after: backgroundPlace, beganAt: backgroundSince)?.time, .backgroundChanged)
    }
    if tailEnd < .max { consider(tailEnd, .radioTailEnded) }
    if let thermal = traits.thermal { considerLimits(of: thermal, consider) }
    return next
  }

  private func considerLimits(of thermal: ThermalModel, _ consider: (Int64?, Transition) -> Void) {
    let watts = Double(ledger.power) * 1e-12
    if throttle < thermal.steps.count {
      let limit = thermal.steps[throttle].celsius
      let time = celsius >= limit ? 0 : thermal.nanoseconds(from: celsius, to: limit, watts: watts)
      consider(time.map { lastUpdate + $0 }, .throttled)
    }
    if throttle > 0 {
      let limit = thermal.steps[throttle - 1].celsius - thermal.hysteresisKelvin
      let time = celsius <= limit ? 0 : thermal.nanoseconds(from: celsius, to: limit, watts: watts)
      consider(time.map { lastUpdate + $0 }, .released)
    }
  }

  /// Changes; time must have been advanced to the change.
  mutating func apply(_ transition: Transition, _ window: Window) {
    switch transition {
    case .powerStateEnded: endPowerState(window)
    case .fellAsleep:
      power = .shuttingDown
      powerEnd = lastUpdate + (traits.powerStates?.shutdownNanoseconds ?? 0)
    case .levelStepped: stepLevel()
    case .throttled:
      // The crossing is at a whole nanosecond: what it is late by must not be taken for another crossing.
      if let limit = traits.thermal?.steps[throttle].celsius { celsius = max(celsius, limit) }
      throttle += 1
    case .released:
      if let thermal = traits.thermal {
        celsius = min(celsius, thermal.steps[throttle - 1].celsius - thermal.hysteresisKelvin)
      }
      throttle -= 1
    case .backgroundChanged:
      if let next = traits.background?.next(after: backgroundPlace, beganAt: backgroundSince) {
        (backgroundPlace, backgroundSince) = next
      }
    case .radioTailEnded:
      charge?.sleepRadio()
      tailEnd = .max
    case .depleted: die()
    }
    applyState()
  }

  private mutating func endPowerState(_ window: Window) {
    let wasBooting = power == .booting
    power = wasBooting ? .on : .off
    powerEnd = .max
    if !wasBooting {
      if traits.powerStates?.keepsMemory == false { weights.forgetAll() }
      if present > 0 { boot(window) }
    } else if present == 0 {
      idleSince = lastUpdate
    }
  }

  private mutating func boot(_ window: Window) {
    power = .booting
    powerEnd = lastUpdate + (traits.powerStates?.bootNanoseconds ?? 0)
    if window.contains(lastUpdate) { totals.boots += 1 }
    level = 0
    levelEnd = .max
    if present > 0 { startRamp() }
  }

  private mutating func stepLevel() {
    guard let governor = traits.governor else { return }
    let isRising = present > 0
    level += isRising ? 1 : -1
    let isDone = level == (isRising ? governor.levels.count - 1 : 0)
    levelEnd = isDone ? .max : lastUpdate + (isRising ? governor.rampNanoseconds : governor.decayNanoseconds)
  }

  private mutating func startRamp() {
    guard let governor = traits.governor else { return }
    let top = governor.levels.count - 1
    if governor.rampNanoseconds == 0 { level = top }
    levelEnd = level < top ? lastUpdate + governor.rampNanoseconds : .max
  }

  /// A request comes; time must have been advanced to now.
  mutating func come(_ window: Window) {
    present += 1
    guard present == 1 else { return }
    if power == .off { boot(window) } else { startRamp() }
    applyState()
  }

  /// A request leaves.
  mutating func leave() {
    present -= 1
    guard present == 0 else { return }
    idleSince = lastUpdate
    if let governor = traits.governor {
      if governor.decayNanoseconds == 0 { level = 0 }
      levelEnd = level > 0 ? lastUpdate + governor.decayNanoseconds : .max
    }
    applyState()
  }
}
