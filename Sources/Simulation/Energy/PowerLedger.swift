/// Who pays for the power of one machine whose power changes: as `IdleLedger`, but in integers and for all of it.
///
/// Powers are whole picowatts and energies picowatts x nanoseconds, 10^-21 J. What a group pays for is divided among its
/// members with the remainder carried on, so that the members' shares and what nobody pays for add up exactly to the
/// integral of the power.
struct PowerLedger {
  let servers: Int32
  /// Of one busy and one idle server.
  var serverPower: Int128 = 0
  var idleServerPower: Int128 = 0
  /// Of the whole machine where it is not on.
  var statePower: Int128 = 0
  /// That requests have nothing to do with.
  var otherPower: Int128 = 0

  /// Requests in service, sharing the busy servers.
  var serving: Int32 = 0
  private(set) var computing: Int32 = 0
  private(set) var transferring: Int32 = 0
  private(set) var waiting: Int32 = 0
  private var servingShare = PaidShare()
  private var computingShare = PaidShare()
  private var transferringShare = PaidShare()
  private var waitingShare = PaidShare()

  /// In the window: of busy servers, of all else, and of that what nobody pays for.
  private(set) var busyEnergy: Int128 = 0
  private(set) var idleEnergy: Int128 = 0
  private(set) var unpaidEnergy: Int128 = 0

  init(servers: Int) { self.servers = Int32(servers) }

  var busy: Int32 { min(serving, servers) }

  /// Power that is left by the busy servers, for requests that are here in some way to pay.
  private var idlePower: Int128 { idleServerPower * Int128(servers - busy) + statePower }

  var power: Int128 { serverPower * Int128(busy) + idlePower + otherPower }

  /// Lets time pass, of which `counted` is in the window.
  mutating func advance(by elapsed: Int64, counted: Int64) {
    let busyPower = serverPower * Int128(busy)
    busyEnergy += busyPower * Int128(counted)
    idleEnergy += (idlePower + otherPower) * Int128(counted)
    unpaidEnergy += otherPower * Int128(counted)
    if serving > 0 { servingShare.grow(by: busyPower * Int128(elapsed), among: serving) }
    let idle = idlePower * Int128(elapsed)
    if computing > 0 {
      computingShare.grow(by: idle, among: computing)
    } else if transferring > 0 {
      transferringShare.grow(by: idle, among: transferring)
    } else if waiting > 0 {
      waitingShare.grow(by: idle, among: waiting)
    } else {
      unpaidEnergy += idlePower * Int128(counted)
    }
  }

  /// What a request in service has paid since the machine began.
  var servingEnergy: Int128 { servingShare.energy }

  /// A request enters a group; returns what its members have paid.
  mutating func join(_ share: Request.Share) -> Int128 {
    switch share {
    case .none: return 0
    case .computing:
      computing += 1
      return computingShare.energy
    case .transferring:
      transferring += 1
      return transferringShare.energy
    case .waiting, .promoting:
      waiting += 1
      return waitingShare.energy
    }
  }

  /// A request leaves a group; returns what its members have paid.
  mutating func leave(_ share: Request.Share) -> Int128 {
    switch share {
    case .none: return 0
    case .computing:
      computing -= 1
      return computingShare.energy
    case .transferring:
      transferring -= 1
      return transferringShare.energy
    case .waiting, .promoting:
      waiting -= 1
      return waitingShare.energy
    }
  }
}

/// What each member of a group has paid, and what could not be divided yet.
private struct PaidShare {
  private(set) var energy: Int128 = 0
  private var carry: Int128 = 0

  mutating func grow(by amount: Int128, among members: Int32) {
    let (share, rest) = (amount + carry).quotientAndRemainder(dividingBy: Int128(members))
    energy += share
    carry = rest
  }
}
