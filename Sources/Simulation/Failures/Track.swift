/// The attempts of one request that may need several: beside the request itself, which keeps its size.
///
/// A request that is given up for lost may go on somewhere, as nobody tells the others: what is left of an attempt keeps
/// the slot that events and stations know, and the request goes on in another.
struct Track {
  /// The request's slot; other slots that name this track are left from earlier attempts.
  var slot: Int32
  var source: Int32
  /// How many slots are left from earlier attempts.
  var remains: Int32 = 0
  /// The step with which the attempt began; -1 while all is on the device.
  var checkpoint: Int32 = -1
  /// When the attempt began, and what the record was then.
  var departed: Int64 = 0
  var before: AttemptMark
  /// Tells the alarm of the next attempt from older ones.
  var ticket: UInt32 = 0
  /// When the present attempt has taken too long; `.max` where there is none, or it may take for ever.
  var deadline: Int64 = .max
  /// When the alarm that counts is due, whoever had the track when it was set; `.max` where there is none.
  var alarmTime: Int64 = .max
  var retries: Int32 = 0
  /// Whether the device computes what others did not.
  var fallsBack = false
  /// What the present attempt failed by.
  var reason = RequestRecord.Outcome.lost
  var extras: RequestExtras
  var next: Int32 = -1
}

/// A record's parts and sums when an attempt began.
struct AttemptMark {
  var record = RequestRecord()
  var linkJoules = 0.0
}

/// Something that happens to a track, a machine or a link at a time; an event names it by its index.
struct Alarm {
  enum Kind: UInt8 { case timeout, retry, placeDown, placeUp }

  var kind: Kind
  /// A track, or a `Place`.
  var index: Int32
  var ticket: UInt32 = 0
  var next: Int32 = -1
}

/// A machine or an instance of a link that can fail.
struct Place {
  /// The node or link.
  var part: Int32
  /// Which of its machines or instances.
  var instance: Int32
  /// Its outages so far, as an index into `Engine.schedules`.
  var schedule: Int32
  var isDown = false
  var downSince: Int64 = 0
  /// When the present outage, or the next, is over.
  var end: Int64 = 0
  /// Time in the window without it.
  var downTime: Int128 = 0
}

/// All that failures and recovery need, outside the way of those who need nothing.
struct TrackTable: ~Copyable {
  var tracks = PlainBuffer<Track>()
  /// By slot: the track, or -1.
  var bySlot = PlainBuffer<Int32>()
  var alarms = PlainBuffer<Alarm>()
  private var freeTrack: Int32 = -1
  private var freeAlarm: Int32 = -1
  /// Requests whose tracks are closed and not handed over yet.
  var output: [RequestExtras] = []
  /// By network.
  var totals: PlainBuffer<ExtrasTotals>

  init(networks: Int) { totals = PlainBuffer(repeating: ExtrasTotals(), count: networks) }

  mutating func open(_ track: Track) -> Int {
    if freeTrack >= 0 {
      let index = Int(freeTrack)
      freeTrack = tracks[index].next
      // Alarms that are still to come must not mistake this user for the last.
      let (ticket, alarmTime) = (tracks[index].ticket &+ 1, tracks[index].alarmTime)
      tracks[index] = track
      tracks[index].ticket = ticket
      tracks[index].alarmTime = alarmTime
      return index
    }
    tracks.append(track)
    return tracks.count - 1
  }

  mutating func close(_ index: Int) {
    tracks[index].slot = -1
    tracks[index].deadline = .max
    tracks[index].next = freeTrack
    freeTrack = Int32(index)
  }

  mutating func name(_ slot: Int, _ track: Int) {
    while bySlot.count <= slot { bySlot.append(-1) }
    bySlot[slot] = Int32(track)
  }

  mutating func add(_ alarm: Alarm) -> Int {
    if freeAlarm >= 0 {
      let index = Int(freeAlarm)
      freeAlarm = alarms[index].next
      alarms[index] = alarm
      return index
    }
    alarms.append(alarm)
    return alarms.count - 1
  }

  mutating func take(_ index: Int) -> Alarm {
    let alarm = alarms[index]
    alarms[index].next = freeAlarm
    freeAlarm = Int32(index)
    return alarm
  }
}
