public import Guests
public import Paging

/// One pair of page sizes under study: tables, TLBs and walk caches, and what they have counted.
public protocol StudiedMachine: AnyObject {
  /// Maps the pages of `bytes` bytes at `address`.
  func map(_ address: GuestVirtual, bytes: UInt64) throws(TranslationStudyError)

  /// Makes some accesses, one after the other, and maps the pages of new ones if that is asked for.
  func make(_ accesses: [TraceAccess], onDemand: Bool) throws(TranslationStudyError)

  /// How many accesses the latest call has made: the number of the one that it failed at.
  var latestCount: Int { get }

  /// What the accesses so far came to, without those of the warm-up.
  var outcome: TranslationOutcome { get }
}

extension TranslationStudy {
  /// A machine whose tables map nothing; `bytes` is how much will be mapped, if that is known.
  public func machine(
    _ pages: PagePair, bytes: UInt64?
  ) throws(TranslationStudyError) -> any StudiedMachine {
    if let bytes { try check(pages, bytes: bytes) }
    let memory = try StudiedMemory(self, pages, bytes: bytes)
    let guest = memory.guestRoot
    let host = memory.hostRoot
    do {
      switch self.guest.isa {
      case .x86:
        return CachedMachine(
          self, pages, memory, try X86Processor(X86Registers(guest: guest, host: host)))
      case .arm:
        return CachedMachine(
          self, pages, memory, try ArmProcessor(ArmRegisters(guest: guest, host: host)))
      case .riscv:
        return CachedMachine(
          self, pages, memory, try RISCVProcessor(RISCVRegisters(guest: guest, host: host)))
      }
    } catch {
      throw .registers(error)
    }
  }
}
