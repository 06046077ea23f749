import Glibc
import RandomStreams

extension Engine {
  /// Compiles a source's arrivals and makes its machines' states.
  mutating func addArrivals(of source: Int) throws {
    var plan = ArrivalPlan()
    plan.bulk = UInt32(model.sources[source].requestsPerArrival)
    let machines = plans[source].machines
    switch model.sources[source].arrivals {
    case .poisson(let rate):
      plan.kind = rate > 0 ? .poisson : .none
      plan.mean = 1e9 / rate
    case .periodic(let rate, let phase, let jitter):
      plan.kind = rate > 0 ? .periodic : .none
      plan.mean = 1e9 / rate
      plan.phase = phase * 1e9
      plan.jitter = jitter
    case .trace(let times):
      plan.kind = .trace
      plan.first = traceTimes.count
      plan.count = times.count
      for time in times { traceTimes.append(time) }
    case .closed(let number, let think, let isExponential):
      plan.kind = .closed
      plan.mean = think * 1e9
      plan.isExponential = isExponential
      plan.first = clients.count
      plan.count = number
      for _ in 0..<machines * number { clients.append(ClientState(source: Int32(source))) }
    case .diurnal(let mean, let amplitude, let period, let phase):
      plan.kind = mean > 0 ? .diurnal : .none
      plan.mean = 1e9 / (mean * (1 + amplitude))
      plan.amplitude = amplitude
      plan.period = period * 1e9
      plan.phase = phase
    case .mmpp(let rates, let holdings):
      plan.kind = .modulated
      plan.first = modulationRates.count
      plan.count = rates.count
      plan.states = modulations.count - plans[source].firstMachine
      for (rate, holding) in zip(rates, holdings) {
        modulationRates.append(ModulationRate(meanGap: 1e9 / rate, meanHolding: holding * 1e9))
      }
      for _ in 0..<machines { modulations.append(ModulationState()) }
    }
    arrivalPlans.append(plan)
    let streams = model.streams(of: source, for: "arrivals")
    for machine in 0..<machines {
      arrivals.append(ArrivalState(random: streams[0, UInt32(machine), 0], source: Int32(source)))
    }
  }

  mutating func startArrivals(of source: Int) {
    let plan = arrivalPlans[source]
    if plan.kind == .closed {
      for client in 0..<plan.count * plans[source].machines {
        queue.schedule(Event(.clientReturned, plan.first + client), at: 0)
      }
    } else {
      for machine in 0..<plans[source].machines { scheduleArrival(plans[source].firstMachine + machine) }
    }
  }

  mutating func requestArrived(_ index: Int) throws {
    let state = arrivals.base + index
    let source = Int(state.pointee.source)
    let number = state.pointee.count
    let bulk = arrivalPlans[source].bulk
    state.pointee.count &+= bulk
    scheduleArrival(index)
    let machine = index - plans[source].firstMachine
    for place in 0..<bulk {
      try beginRequest(of: source, on: machine, sender: UInt32(machine), number: number &+ place)
    }
  }

  mutating func clientReturned(_ index: Int) throws {
    let state = clients.base + index
    let source = Int(state.pointee.source)
    let number = state.pointee.count
    let bulk = arrivalPlans[source].bulk
    state.pointee.count &+= bulk
    state.pointee.open = bulk
    let client = index - arrivalPlans[source].first
    let machine = client / arrivalPlans[source].count
    for place in 0..<bulk {
      try beginRequest(of: source, on: machine, sender: UInt32(client), number: number &+ place)
    }
  }

  /// A client has its answer and will come again.
  mutating func think(_ source: Int, _ request: UnsafeMutablePointer<Request>) {
    let plan = arrivalPlans[source]
    let client = clients.base + (plan.first + Int(request.pointee.sender))
    client.pointee.open -= 1
    guard client.pointee.open == 0 else { return }
    var pause = plan.mean
    if plan.isExponential {
      var random = plans[source].thinkStreams[request.pointee.sender, request.pointee.number, 0]
      pause = random.exponential(mean: plan.mean)
    }
    schedule(Event(.clientReturned, plan.first + Int(request.pointee.sender)), at: Double(now) + pause.rounded())
  }

  /// Schedules the next request of a source's machine, unless it would come after the end of arrivals.
  @inline(__always)
  private mutating func scheduleArrival(_ index: Int) {
    let state = arrivals.base + index
    let plan = arrivalPlans.base + Int(state.pointee.source)
    let number = Int(state.pointee.count) / Int(plan.pointee.bulk)
    let event = Event(.requestArrived, index)
    switch plan.pointee.kind {
    case .none, .closed: break
    case .poisson:
      let gap = state.pointee.random.exponential(mean: plan.pointee.mean)
      schedule(event, at: Double(now) + gap.rounded())
    case .periodic:
      let late = plan.pointee.jitter > 0 ? plan.pointee.jitter * state.pointee.random.uniform() : 0
      schedule(event, at: (plan.pointee.phase + (Double(number) + late) * plan.pointee.mean).rounded())
    case .trace:
      if number < plan.pointee.count {
        let time = traceTimes[plan.pointee.first + number]
        if time < model.durationNanoseconds { queue.schedule(event, at: time) }
      }
    case .diurnal: schedule(event, at: diurnalArrival(state, plan.pointee).rounded())
    case .modulated:
      schedule(event, at: modulatedArrival(index, plan.pointee).rounded())
    }
  }

  /// The next arrival of a rate that goes up and down: of a process at the highest rate, each stays with its part of it.
  ///
  /// Source: Lewis, Shedler, "Simulation of nonhomogeneous Poisson processes by thinning", 1979.
  private func diurnalArrival(_ state: UnsafeMutablePointer<ArrivalState>, _ plan: ArrivalPlan) -> Double {
    var time = Double(now)
    while time < Double(model.durationNanoseconds) {
      time += state.pointee.random.exponential(mean: plan.mean)
      let rate = (1 + plan.amplitude * sin(2 * .pi * (time / plan.period + plan.phase))) / (1 + plan.amplitude)
      if state.pointee.random.uniform() < rate { return time }
    }
    return .infinity
  }

  /// Times below 2^53 ns, 104 days, are exact in a `Double`; a gap's rounding beyond is far below its randomness.
  @inline(__always)
  private mutating func schedule(_ event: Event, at time: Double) {
    if time < Double(model.durationNanoseconds) { queue.schedule(event, at: Int64(time)) }
  }

  /// The next arrival of a Markov-modulated process: gaps without memory, begun anew with each state.
  private func modulatedArrival(_ index: Int, _ plan: ArrivalPlan) -> Double {
    let state = arrivals.base + index
    let modulation = modulations.base + (plan.states + index)
    func enter(_ next: Int, at time: Double) {
      modulation.pointee.state = Int32(next)
      let holding = modulationRates[plan.first + next].meanHolding
      modulation.pointee.end = time + state.pointee.random.exponential(mean: holding)
    }
    var time = Double(now)
    if modulation.pointee.state < 0 { enter(0, at: 0) }
    while time < Double(model.durationNanoseconds) {
      let current = Int(modulation.pointee.state)
      let meanGap = modulationRates[plan.first + current].meanGap
      if meanGap < .infinity {
        let next = time + state.pointee.random.exponential(mean: meanGap)
        if next < modulation.pointee.end { return next }
      }
      time = modulation.pointee.end
      enter((current + 1) % plan.count, at: time)
    }
    return .infinity
  }
}
