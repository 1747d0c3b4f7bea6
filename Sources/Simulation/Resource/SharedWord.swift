/// A word of memory that processors write by turns: a lock's count of those who share it.
///
/// Its cache line is at one processor at a time. Who finds it elsewhere waits until it has come, and
/// those who want it at once get it one after another, so that N processors that do nothing but write the
/// word write it once in the time of one transfer, however many they are.
public struct SharedWord: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// How long its line takes from one processor to another.
  public let transfer: VirtualDuration

  /// A word.
  public init(_ name: String, transfer: VirtualDuration) {
    self.name = name
    self.transfer = transfer
  }
}

/// A word at work.
struct SharedWordState {
  let transfer: VirtualDuration
  /// Which processor asked for it last: the line is there, or will be.
  private var owner = -1
  /// When the line has made all its ways so far.
  private var arrives = VirtualTime.start
  private(set) var use = SharedWordUse()

  init(_ word: SharedWord) { transfer = word.transfer }

  /// When a processor that writes it now has its line.
  ///
  /// Requests come in the order of time, so when the line comes is known as soon as it is asked for. Who
  /// writes first finds it in memory, and no other processor has to do with that.
  mutating func reach(_ processor: Int, at time: VirtualTime) -> VirtualTime {
    use.writes += 1
    defer { owner = processor }
    guard owner >= 0, owner != processor else { return max(time, arrives) }
    let start = max(time, arrives)
    arrives = start + transfer
    use.transfers += 1
    use.moving += transfer
    use.waited += arrives - time
    return arrives
  }
}
