import Partitioning

/// The radio of one machine on its own link: asleep, waking, at work or in its tail, and who pays for it.
///
/// It is at work while transfers of the machine are sent or stand in line for the link. While k are sent in one
/// direction they share that direction's base power equally; while none is sent, those in line share the tail's power.
/// Accumulators are in nanoseconds and begin at 0 whenever their group was empty.
struct RadioLedger {
  let link: Int32
  /// The machine whose battery it uses, among `Engine.machines`; -1 where there is none.
  let machine: Int32
  private var sendingUp: Int32 = 0
  private var sendingDown: Int32 = 0
  private var queued: Int32 = 0
  var isWaking = false
  /// The request whose tail it is, by slot; -1 where there is none.
  var tailOwner: Int32 = -1
  /// Requests that wait for it to wake.
  var line = WaitingLine()
  private var lastUpdate: Int64 = 0
  /// When it began to wake, or the tail began.
  var since: Int64 = 0
  private var shareUp = 0.0
  private var shareDown = 0.0
  private var shareQueued = 0.0

  init(link: Int, machine: Int = -1) {
    self.link = Int32(link)
    self.machine = Int32(machine)
  }

  var isAtWork: Bool { sendingUp + sendingDown + queued > 0 }

  func isSending(_ direction: Direction) -> Bool { (direction == .up ? sendingUp : sendingDown) > 0 }

  /// What it draws now.
  func draw(_ totals: RadioTotals, now: Int64) -> RadioDraw {
    var draw = RadioDraw()
    let isSendingAny = sendingUp > 0 || sendingDown > 0
    if isWaking {
      draw.watts = totals.promotionWatts
    } else if isSendingAny {
      if sendingUp > 0 {
        draw.watts += totals.upWatts
        draw.upRateWatts = totals.fullRateUpWatts
      }
      if sendingDown > 0 {
        draw.watts += totals.downWatts
        draw.downRateWatts = totals.fullRateDownWatts
      }
    } else if queued > 0 {
      draw.watts = totals.tailWatts
    } else if tailOwner >= 0, since + totals.tailNanoseconds > now {
      draw.watts = totals.tailWatts
      draw.tailEnd = since + totals.tailNanoseconds
    } else {
      draw.watts = totals.idleWatts
    }
    return draw
  }

  @inline(__always)
  mutating func advance(to now: Int64, _ window: Window, _ totals: inout RadioTotals) {
    let elapsed = now - lastUpdate
    guard elapsed > 0 else { return }
    defer { lastUpdate = now }
    guard isAtWork else { return }
    let counted = Int128(window.overlap(lastUpdate, now))
    totals.awake += counted
    if sendingUp > 0 {
      shareUp += Double(elapsed) / Double(sendingUp)
      totals.sendingUp += counted
    }
    if sendingDown > 0 {
      shareDown += Double(elapsed) / Double(sendingDown)
      totals.sendingDown += counted
    }
    if sendingUp + sendingDown == 0 {
      shareQueued += Double(elapsed) / Double(queued)
      totals.inTail += counted
    }
  }

  @inline(__always)
  mutating func beginSending(_ direction: Direction) -> Double {
    if direction == .up {
      sendingUp += 1
      return shareUp
    }
    sendingDown += 1
    return shareDown
  }

  @inline(__always)
  mutating func endSending(_ direction: Direction) -> Double {
    if direction == .up {
      sendingUp -= 1
      defer { if sendingUp == 0 { shareUp = 0 } }
      return shareUp
    }
    sendingDown -= 1
    defer { if sendingDown == 0 { shareDown = 0 } }
    return shareDown
  }

  mutating func beginQueueing() -> Double {
    queued += 1
    return shareQueued
  }

  mutating func endQueueing() -> Double {
    queued -= 1
    defer { if queued == 0 { shareQueued = 0 } }
    return shareQueued
  }
}

/// What a radio draws from a battery: what it adds for rates counted at the link's full rate.
struct RadioDraw {
  var watts = 0.0
  var upRateWatts = 0.0
  var downRateWatts = 0.0
  var tailEnd = Int64.max
}

/// One link's radio power, and for how long its radios were in which state inside the window, in nanoseconds.
struct RadioTotals {
  let isCellular: Bool
  let upWatts: Double
  let downWatts: Double
  /// What is in proportion to the rate, at the link's full rate.
  let upRateWatts: Double
  let downRateWatts: Double
  /// The same in watts whatever the rates' unit is.
  let fullRateUpWatts: Double
  let fullRateDownWatts: Double
  let promotionNanoseconds: Int64
  let promotionWatts: Double
  let tailNanoseconds: Int64
  let tailWatts: Double
  let idleWatts: Double

  var sendingUp: Int128 = 0
  var sendingDown: Int128 = 0
  /// Sending x share of the link's rate.
  var fullRateUp: Int128 = 0
  var fullRateDown: Int128 = 0
  var waking: Int128 = 0
  var inTail: Int128 = 0
  /// In any state but asleep.
  var awake: Int128 = 0

  /// Under a trace the work that powers are multiplied with is not in nanoseconds at full rate but in 1/1024 byte.
  init(
    _ power: RadioPower, _ hop: PlacementProblem.Hop, uplinkIsTraced: Bool = false, downlinkIsTraced: Bool = false
  ) {
    switch power {
    case .none, .constant:
      isCellular = false
      upWatts = power.addedWatts(.up, bitsPerSecond: 0)
      downWatts = power.addedWatts(.down, bitsPerSecond: 0)
      (upRateWatts, downRateWatts) = (0, 0)
      (fullRateUpWatts, fullRateDownWatts) = (0, 0)
      (promotionNanoseconds, promotionWatts, tailNanoseconds, tailWatts, idleWatts) = (0, 0, 0, 0, 0)
    case .cellular(let radio):
      isCellular = true
      upWatts = radio.transmitBaseWatts
      downWatts = radio.receiveBaseWatts
      let bitsPerUnit = 8 / Double(RateTrace.unitsPerByte)
      upRateWatts =
        radio.transmitWattsPerMbps * (uplinkIsTraced ? bitsPerUnit * 1e9 : hop.uplinkBitsPerSecond) / 1e6
        * radio.countedShare(of: hop.uplinkBitsPerSecond)
      downRateWatts =
        radio.receiveWattsPerMbps * (downlinkIsTraced ? bitsPerUnit * 1e9 : hop.downlinkBitsPerSecond) / 1e6
        * radio.countedShare(of: hop.downlinkBitsPerSecond)
      fullRateUpWatts = radio.transmitWattsPerMbps * radio.countedMbps(hop.uplinkBitsPerSecond / 1e6)
      fullRateDownWatts = radio.receiveWattsPerMbps * radio.countedMbps(hop.downlinkBitsPerSecond / 1e6)
      promotionNanoseconds = radio.promotionNanoseconds
      promotionWatts = radio.promotionWatts
      tailNanoseconds = radio.tailNanoseconds
      tailWatts = radio.tailWatts
      idleWatts = radio.idleWatts
    }
  }

  func baseWatts(_ direction: Direction) -> Double { direction == .up ? upWatts : downWatts }
  func rateWatts(_ direction: Direction) -> Double { direction == .up ? upRateWatts : downRateWatts }

  /// Notes that a radio was waking or in its tail.
  mutating func add(waking from: Int64, _ to: Int64, _ window: Window) {
    waking += Int128(window.overlap(from, to))
    awake += Int128(window.overlap(from, to))
  }

  mutating func add(tail from: Int64, _ to: Int64, _ window: Window) {
    inTail += Int128(window.overlap(from, to))
    awake += Int128(window.overlap(from, to))
  }

  mutating func add(fullRate nanoseconds: Int64, _ direction: Direction) {
    if direction == .up { fullRateUp += Int128(nanoseconds) } else { fullRateDown += Int128(nanoseconds) }
  }

  /// Joules in the window above the sleeping radio's.
  var activeJoules: Double {
    let sending = upWatts * Double(sendingUp) + downWatts * Double(sendingDown)
    let rates = upRateWatts * Double(fullRateUp) + downRateWatts * Double(fullRateDown)
    return (sending + rates + promotionWatts * Double(waking) + tailWatts * Double(inTail)) / 1e9
  }
}

extension Radio {
  /// Of what is in proportion to a link's rate, the share that counts.
  fileprivate func countedShare(of bitsPerSecond: Double) -> Double {
    countedMbps(bitsPerSecond / 1e6) / (bitsPerSecond / 1e6)
  }
}
