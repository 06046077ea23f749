/// Transfers that each cross several shared constraints at once, at max-min fair rates.
///
/// Rates x solve: of sum over flows (use x) <= capacity at every constraint and x <= bound, the least weight x is as large
/// as can be, then the next. They are solved anew for the flows that a change can reach, and only for these. Amounts are
/// bytes, rates bytes per nanosecond.
/// Source: the progressive filling of Bertsekas, Gallager, "Data networks", 1992, with the weights and bounds of Casanova
/// et al., "Versatile, scalable, and accurate simulation of distributed applications and platforms", JPDC 2014.
struct FlowNetwork: ~Copyable {
  struct Flow {
    var slot: Int32
    var firstUse: Int32 = -1
    var mark: Int32 = 0
    /// Whether its rate is decided in the solution at hand.
    var isFixed = false
    var weight: Double
    var bound: Double
    var rest: Double
    var rate = 0.0
    var lastUpdate: Int64
    /// When the network expects it to end; other times in the event queue are stale.
    var dueTime = Int64.max
  }

  struct Constraint {
    var capacity: Double
    /// Without a trace's changes and outages.
    let fullCapacity: Double
    var firstUse: Int32 = -1
    var flows: Int32 = 0
    /// Flows that send over it, not those whose acknowledgements come back.
    var senders: Int32 = 0
    var mark: Int32 = 0
    /// The node or link and direction whose busy time it adds to; its clock, or -1.
    let group: Int32
    let clock: Int32
    var lastChange: Int64 = 0
    /// When its capacity changes next, while it has flows.
    var dueTime = Int64.max
    // Of the solution at hand.
    var left = 0.0
    var demand = 0.0
    /// Uses by flows whose rate is still open.
    var open: Int32 = 0

    /// How far weight x rate can rise until it is used up.
    var level: Double { demand > 0 ? max(0, left) / demand : .infinity }
  }

  /// One flow's use of one constraint, in the lists of both.
  struct Use {
    var flow: Int32
    var constraint: Int32
    var amount: Double
    var nextOfFlow: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
  }

  var flows = PlainBuffer<Flow>()
  var constraints = PlainBuffer<Constraint>()
  private var uses = PlainBuffer<Use>()
  private var freeFlow: Int32 = -1
  private var freeUse: Int32 = -1
  private var mark: Int32 = 0
  private var reachedFlows: [Int32] = []
  private var reachedConstraints: [Int32] = []

  init() {}

  mutating func addConstraint(capacity: Double, group: Int, clock: Int) -> Int {
    constraints.append(
      Constraint(capacity: capacity, fullCapacity: capacity, group: Int32(group), clock: Int32(clock)))
    return constraints.count - 1
  }

  mutating func addFlow(slot: Int, bytes: Double, weight: Double, bound: Double, at now: Int64) -> Int {
    let flow = Flow(slot: Int32(slot), weight: weight, bound: bound, rest: bytes, lastUpdate: now)
    if freeFlow >= 0 {
      let index = Int(freeFlow)
      freeFlow = flows[index].firstUse
      flows[index] = flow
      return index
    }
    flows.append(flow)
    return flows.count - 1
  }

  /// Lets a flow use a constraint; `amount` is what a byte takes of it.
  mutating func use(_ flow: Int, _ constraint: Int, amount: Double) {
    let entry = Use(
      flow: Int32(flow), constraint: Int32(constraint), amount: amount, nextOfFlow: flows[flow].firstUse,
      next: constraints[constraint].firstUse)
    let index: Int
    if freeUse >= 0 {
      index = Int(freeUse)
      freeUse = uses[index].nextOfFlow
      uses[index] = entry
    } else {
      uses.append(entry)
      index = uses.count - 1
    }
    if entry.next >= 0 { uses[Int(entry.next)].previous = Int32(index) }
    constraints[constraint].firstUse = Int32(index)
    constraints[constraint].flows += 1
    flows[flow].firstUse = Int32(index)
  }

  /// Calls with each constraint of a flow.
  func forEachConstraint(of flow: Int, _ body: (Int) -> Void) {
    var index = flows[flow].firstUse
    while index >= 0 {
      body(Int(uses[Int(index)].constraint))
      index = uses[Int(index)].nextOfFlow
    }
  }

  mutating func remove(_ flow: Int) {
    var index = flows[flow].firstUse
    while index >= 0 {
      let use = uses[Int(index)]
      let constraint = constraints.base + Int(use.constraint)
      constraint.pointee.flows -= 1
      if use.previous >= 0 {
        uses[Int(use.previous)].next = use.next
      } else {
        constraint.pointee.firstUse = use.next
      }
      if use.next >= 0 { uses[Int(use.next)].previous = use.previous }
      uses[Int(index)].nextOfFlow = freeUse
      freeUse = index
      index = use.nextOfFlow
    }
    flows[flow].dueTime = .max
    flows[flow].slot = -1
    flows[flow].firstUse = freeFlow
    freeFlow = Int32(flow)
  }

  /// Solves the rates of all flows that a change at these constraints can reach; calls with each group of flows' first to
  /// end, whose `dueTime` is set.
  mutating func solve(around seeds: [Int32], at now: Int64, _ due: (_ flow: Int, _ time: Int64) -> Void) {
    mark &+= 1
    for seed in seeds where constraints[Int(seed)].mark != mark {
      reach(from: seed)
      for flow in reachedFlows {
        let flow = flows.base + Int(flow)
        flow.pointee.rest -= flow.pointee.rate * Double(now - flow.pointee.lastUpdate)
        flow.pointee.lastUpdate = now
      }
      fill()
      var first = -1
      var end = Int64.max
      for index in reachedFlows {
        let flow = flows.base + Int(index)
        flow.pointee.dueTime = .max
        // Less than a byte's millionth is what rounding has left.
        let isDone = flow.pointee.rest <= 1e-6
        guard flow.pointee.rate > 0 || isDone else { continue }
        let time = isDone ? now : now + Int64(min((flow.pointee.rest / flow.pointee.rate).rounded(), 0x1p60))
        if time < end { (first, end) = (Int(index), time) }
      }
      guard first >= 0 else { continue }
      flows[first].dueTime = end
      due(first, end)
    }
  }

  /// Collects the connected flows and constraints.
  private mutating func reach(from seed: Int32) {
    reachedFlows.removeAll(keepingCapacity: true)
    reachedConstraints.removeAll(keepingCapacity: true)
    reachedConstraints.append(seed)
    constraints[Int(seed)].mark = mark
    var next = 0
    while next < reachedConstraints.count {
      var use = constraints[Int(reachedConstraints[next])].firstUse
      next += 1
      while use >= 0 {
        let flow = uses[Int(use)].flow
        use = uses[Int(use)].next
        guard flows[Int(flow)].mark != mark else { continue }
        flows[Int(flow)].mark = mark
        reachedFlows.append(flow)
        var other = flows[Int(flow)].firstUse
        while other >= 0 {
          let constraint = uses[Int(other)].constraint
          if constraints[Int(constraint)].mark != mark {
            constraints[Int(constraint)].mark = mark
            reachedConstraints.append(constraint)
          }
          other = uses[Int(other)].nextOfFlow
        }
      }
    }
  }

  /// Progressive filling of what was reached.
  private mutating func fill() {
    for index in reachedConstraints {
      constraints[Int(index)].left = constraints[Int(index)].capacity
      constraints[Int(index)].demand = 0
      constraints[Int(index)].open = 0
    }
    var open = reachedFlows.count
    for index in reachedFlows {
      flows[Int(index)].isFixed = false
      forEachUse(of: index) {
        $1.pointee.demand += $0 / flows[Int(index)].weight
        $1.pointee.open += 1
      }
    }
    while open > 0 {
      var level = Double.infinity
      for index in reachedConstraints where constraints[Int(index)].open > 0 {
        level = min(level, constraints[Int(index)].level)
      }
      var bounded = level
      for index in reachedFlows where !flows[Int(index)].isFixed {
        bounded = min(bounded, flows[Int(index)].bound * flows[Int(index)].weight)
      }
      // Flows whose bound comes first, or else those of the tightest constraints.
      var fixed = 0
      for index in reachedFlows where !flows[Int(index)].isFixed {
        let flow = flows.base + Int(index)
        let isReached = bounded < level ? flow.pointee.bound * flow.pointee.weight <= bounded : isTight(index, level)
        guard isReached else { continue }
        flow.pointee.rate = bounded / flow.pointee.weight
        flow.pointee.isFixed = true
        fixed += 1
      }
      for index in reachedFlows where flows[Int(index)].isFixed {
        let flow = flows.base + Int(index)
        guard flow.pointee.mark == mark else { continue }
        flow.pointee.mark = -mark
        forEachUse(of: index) { amount, constraint in
          constraint.pointee.left -= amount * flow.pointee.rate
          constraint.pointee.demand -= amount / flow.pointee.weight
          constraint.pointee.open -= 1
        }
      }
      open -= fixed
      if fixed == 0 { break }
    }
    for index in reachedFlows { flows[Int(index)].mark = mark }
  }

  /// Whether one of a flow's constraints is used up at this level.
  private func isTight(_ flow: Int32, _ level: Double) -> Bool {
    var isTight = false
    forEachUse(of: flow) { _, constraint in
      if constraint.pointee.level <= level * (1 + 1e-12) { isTight = true }
    }
    return isTight
  }

  private func forEachUse(of flow: Int32, _ body: (Double, UnsafeMutablePointer<Constraint>) -> Void) {
    var index = flows[Int(flow)].firstUse
    while index >= 0 {
      let use = uses[Int(index)]
      body(use.amount, constraints.base + Int(use.constraint))
      index = use.nextOfFlow
    }
  }
}
