import Simulation
import StrictJSON

/// What a scenario can say of a machine besides its servers and its line.
extension Scenario {
  struct NodeTraits: Sendable {
    var traits = MachineTraits()
    /// Whether the size of the memory is the profile's.
    var memoryIsOfProfile = false
    let memoryPosition: SourcePosition?
    /// Power that each server adds to the machine's.
    let acceleratorIdleWatts: Double
    let acceleratorBusyWatts: Double

    init(from fields: inout FieldReader) {
      let memory = fields.objectIfPresent(
        "memory", "weights are loaded before their first use, and leave when others need the room"
      ) { Self.memory(from: &$0) }
      traits.memory = memory?.memory
      memoryIsOfProfile = memory?.isOfProfile ?? false
      memoryPosition = fields.position(of: "memory")
      traits.firstInference = fields.objectIfPresent(
        "first_inference", "what the first visit takes after weights were loaded, or a machine was booted"
      ) { fields in
        let factor = fields.double("factor", default: 1, in: .positive(upTo: 1e4), "times its compute time")
        let extra = fields.double("extra_ms", default: 0, in: .nonNegative(upTo: 1e7), "and so much more")
        return FirstInference(factor: factor, extraNanoseconds: Self.nanoseconds(extra / 1e3))
      }
      traits.background = fields.valueIfPresent(
        "background", "the share of every server that others take",
        oneOf: [
          .number(in: .range(0...BackgroundLoad.limit)) { BackgroundLoad(fractions: [$0]) },
          .object { Self.background(from: &$0) },
        ])
      traits.governor = fields.objectIfPresent("clocks", "a governor of the processor's frequency") {
        Self.governor(from: &$0)
      }
      traits.thermal = fields.objectIfPresent("thermal", "a temperature that limits the speed") {
        Self.thermal(from: &$0)
      }
      traits.powerStates = fields.objectIfPresent("power_states", "the machine shuts down when it is idle") {
        Self.powerStates(from: &$0)
      }
      traits.battery = fields.objectIfPresent("battery", "when it is empty the machine stops for good") {
        Self.battery(from: &$0)
      }
      (acceleratorIdleWatts, acceleratorBusyWatts) = fields.section(
        "accelerators", "power that each server adds to the machine's"
      ) { fields in
        let idle = fields.double("idle_w", default: 0, in: .nonNegative(upTo: 1e6), "of one that is idle")
        return (idle, fields.double("busy_w", default: idle, in: .nonNegative(upTo: 1e6), "of one that is busy"))
      }
    }

    private static func memory(from fields: inout FieldReader) -> (memory: ModelMemory, isOfProfile: Bool) {
      let bytes = fields.intIfPresent(
        "bytes", in: 1...1_000_000_000_000_000, "for weights and tensors; the profile's memory_bytes where missing")
      let disk = fields.doubleIfPresent(
        "load_mbytes_per_s", in: .positive(upTo: 1e9), "weights come at so many 10^6 bytes a second, as from a disk")
      let network = fields.doubleIfPresent(
        "load_mbps", in: .positive(upTo: 1e9), "or over a network, at so many 10^6 bit/s")
      let besides = fields.double("load_ms", default: 0, in: .nonNegative(upTo: 1e7), "what loading takes besides")
      if disk != nil, network != nil {
        fields.error("weights come from a disk or over a network: not both", at: "load_mbps")
      }
      let rate = disk.map { $0 * 1e6 } ?? network.map { $0 * 1e6 / 8 } ?? .infinity
      let memory = ModelMemory(
        bytes: bytes ?? 0, loadBytesPerSecond: rate, loadOverheadNanoseconds: nanoseconds(besides / 1e3))
      return (memory, bytes == nil)
    }

    private static func background(from fields: inout FieldReader) -> BackgroundLoad {
      let fractions = fields.numbers(
        "fractions", in: .range(0...BackgroundLoad.limit), "shares that are taken, one after another")
      let times = fields.numbers(
        "times_s", in: .nonNegative(upTo: 1e6), "when each begins, ascending from 0")
      let period = fields.doubleIfPresent("period_s", in: .positive(upTo: 1e6), "after which they begin anew")
      if times.count != fractions.count {
        fields.error("'times_s' must have a time for each of 'fractions'", at: "times_s")
      } else if times.first != 0 || !zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) {
        fields.error("'times_s' must ascend from 0", at: "times_s")
      } else if let period, let last = times.last, period <= last {
        fields.error("'period_s' must be later than the last of 'times_s'", at: "period_s")
      }
      return BackgroundLoad(
        times: times.map(nanoseconds), fractions: fractions, periodNanoseconds: period.map(nanoseconds))
    }

    private static func governor(from fields: inout FieldReader) -> ClockGovernor {
      let levels = fields.array("levels", "from the slowest, at which a machine begins, to the fastest") { fields in
        let mhz = fields.double("mhz", in: .positive(upTo: 1e6), "frequency; compute times are those of the fastest")
        let idle = fields.double("idle_w", in: .nonNegative(upTo: 1e6), "whole power with no server busy")
        let busy = fields.double("busy_w", in: .nonNegative(upTo: 1e6), "whole power with every server busy")
        return ClockGovernor.Level(speed: mhz, idleWatts: idle, busyWatts: busy)
      }
      let ramp = fields.double(
        "ramp_ms", default: 0, in: .nonNegative(upTo: 1e7),
        "from level to level while there is work; 0 for the fastest at once")
      let decay = fields.double(
        "decay_s", default: 0, in: .nonNegative(upTo: 1e6),
        "from level to level downwards while there is none; 0 for the slowest at once")
      if !zip(levels, levels.dropFirst()).allSatisfy({ $0.speed < $1.speed }) {
        fields.error("'levels' must ascend by 'mhz'", at: "levels")
      }
      let top = levels.last?.speed ?? 1
      if let first = levels.first, first.speed < top / 1000 {
        fields.error("the slowest of 'levels' is more than 1000 times slower than the fastest", at: "levels")
      }
      let scaled = levels.map {
        ClockGovernor.Level(speed: $0.speed / top, idleWatts: $0.idleWatts, busyWatts: $0.busyWatts)
      }
      return ClockGovernor(
        levels: scaled, rampNanoseconds: nanoseconds(ramp / 1e3), decayNanoseconds: nanoseconds(decay))
    }

    private static func thermal(from fields: inout FieldReader) -> ThermalModel {
      let ambient = fields.double("ambient_c", default: 25, in: .range(-273.15...10_000), "of its surroundings")
      let resistance = fields.double("k_per_w", in: .positive(upTo: 1e6), "thermal resistance to the surroundings")
      let capacity = fields.double("j_per_k", in: .positive(upTo: 1e9), "thermal capacity")
      let initial = fields.double("initial_c", default: ambient, in: .range(-273.15...10_000), "at the start")
      let hysteresis = fields.double(
        "hysteresis_k", default: 2, in: .range(0.01...1000), "how far below a limit it must fall to be released")
      let steps = fields.array("steps", required: false, "limits on the speed, ascending by temperature") { fields in
        let celsius = fields.double("at_c", in: .range(-273.15...10_000), "from this temperature on")
        let speed = fields.double("speed", in: .range(0.001...1), "at most this share of the full speed")
        let busy = fields.doubleIfPresent(
          "busy_w", in: .nonNegative(upTo: 1e6), "whole power then; without it and without clocks, in proportion")
        return ThermalModel.Step(celsius: celsius, speed: speed, busyWatts: busy)
      }
      if !zip(steps, steps.dropFirst()).allSatisfy({ $0.celsius < $1.celsius && $0.speed > $1.speed }) {
        fields.error("'steps' must ascend by 'at_c' and descend by 'speed'", at: "steps")
      }
      let model = ThermalModel(
        ambientCelsius: ambient, kelvinPerWatt: resistance, joulesPerKelvin: capacity, initialCelsius: initial,
        steps: steps, hysteresisKelvin: hysteresis)
      if model.kelvinPerWatt * model.joulesPerKelvin < 1e-3 {
        fields.error("'k_per_w' x 'j_per_k', the time constant, is below a millisecond", at: "j_per_k")
      }
      return model
    }

    private static func powerStates(from fields: inout FieldReader) -> PowerStates {
      func seconds(_ key: String, default value: Double? = nil, _ help: String, _ fields: inout FieldReader) -> Int64 {
        nanoseconds(fields.double(key, default: value, in: .nonNegative(upTo: 1e6), help))
      }
      func watts(_ key: String, _ help: String, _ fields: inout FieldReader) -> Double {
        fields.double(key, default: 0, in: .nonNegative(upTo: 1e6), help)
      }
      return PowerStates(
        sleepAfterNanoseconds: seconds("sleep_after_s", "without work for so long, it shuts down", &fields),
        shutdownNanoseconds: seconds("shutdown_s", default: 0, "to shut down", &fields),
        shutdownWatts: watts("shutdown_w", "while it does", &fields), offWatts: watts("off_w", "while off", &fields),
        bootNanoseconds: seconds("boot_s", default: 0, "to boot when there is work", &fields),
        bootWatts: watts("boot_w", "while it does", &fields),
        keepsMemory: fields.bool("keeps_memory", default: false, "whether weights survive"))
    }

    private static func battery(from fields: inout FieldReader) -> Battery {
      let wattHours = fields.doubleIfPresent("capacity_wh", in: .positive(upTo: 1e6), "in watt hours")
      let joules = fields.doubleIfPresent("capacity_j", in: .positive(upTo: 1e9), "or in joules")
      let charge = fields.double("charge", default: 1, in: .range(0.000001...1), "the share of it at the start")
      if fields.isPresent("capacity_wh") == fields.isPresent("capacity_j") {
        fields.error("a battery needs 'capacity_wh' or 'capacity_j', and not both", at: "capacity_wh")
      }
      return Battery(joules: (joules ?? (wattHours ?? 1) * 3600) * charge)
    }

    private static func nanoseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e9).rounded()) }
  }
}
