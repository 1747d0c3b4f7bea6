internal import Records
internal import Studies

/// One reading of a host behind libvirt, from the connection to the inventory.
struct LibvirtRun: ~Copyable {
  private let host: LibvirtHost
  private var session: LibvirtSession?
  private var reconnections = 0
  private var inventory = Inventory("")
  private var noted: Set<InventoryProblem> = []
  /// What was read of each domain, in the order of libvirt's list.
  private var domains: [Domain] = []
  /// The kernel, where it is this host's.
  private var kernel: KernelMemory?

  private struct Domain {
    var uuid: String
    var reading: DomainReading
    var usage: [InventoryUsage] = []
    /// Whether its balloon was given a period.
    var isPeriodSet = false
    var isGone = false
  }

  init(_ host: LibvirtHost) { self.host = host }

  mutating func connect() throws(LibvirtError) { session = try host.session() }

  /// Asks, and after a lost session opens another one for whoever asks next.
  private mutating func ask(
    _ question: LibvirtSession.Question
  ) throws(LibvirtError) -> [LibvirtField] {
    if session == nil {
      guard reconnections < host.mostReconnections else { throw .late(seconds: host.timeout) }
      reconnections += 1
      session = try host.session()
    }
    do throws(LibvirtError) {
      return try session?.ask(question) ?? []
    } catch {
      if error.isLate { session = nil }
      throw error
    }
  }

  private mutating func note(_ subject: String, _ sentence: String) {
    let problem = InventoryProblem(subject, sentence)
    if noted.insert(problem).inserted { inventory.problems.append(problem) }
  }

  // MARK: The host

  mutating func readHost() throws(LibvirtError) {
    let fields = try ask(.host)
    func text(_ name: String) -> String? { fields.first { $0.name == name }?.text }
    let name = text("hostname") ?? (host.uri.isEmpty ? "host" : host.uri)
    let type = text("type") ?? ""
    var told = InventoryHost(
      name,
      memoryBytes: .measured(
        (text("memory").flatMap { UInt64($0) } ?? 0) << 10, "libvirt virNodeGetInfo"))
    told.processors = text("cpus").flatMap { Int($0) }.map {
      .measured($0, "libvirt virNodeGetInfo")
    }
    if host.isLocal(type: type), let kernel = try? KernelMemory(HostFiles.live()) {
      self.kernel = kernel
      told = kernel.host(named: name, machine: HostFiles.live().line(HostFiles.machine))
      for remark in kernel.remarks { note(remark.source, remark.place) }
    } else {
      readMemory(&told)
      readMerging(&told)
      readCells(&told)
    }
    inventory.name = told.name
    inventory.hosts = [told]
  }

  private mutating func readMemory(_ told: inout InventoryHost) {
    guard let fields = try? ask(.memory) else { return }
    func bytes(_ name: String) -> UInt64? {
      fields.first { $0.name == name }.flatMap { UInt64($0.text) }.map { $0 << 10 }
    }
    guard let free = bytes("free") else { return }
    // The kernel's own estimate is not told; what caches files can be had but for its working set.
    told.availableBytes = .derived(
      free + (bytes("buffers") ?? 0) + (bytes("cached") ?? 0),
      "libvirt virNodeGetMemoryStats, the sum of free, buffers and cached")
  }

  private mutating func readMerging(_ told: inout InventoryHost) {
    guard let fields = try? ask(.merging), !fields.isEmpty else { return }
    func number(_ name: String) -> Observed<UInt64>? {
      fields.first { $0.name == name }.flatMap { UInt64($0.text) }
        .map { .measured($0, "libvirt \(name)") }
    }
    var merging = InventoryMerging()
    merging.pagesToScan = number("shm_pages_to_scan")
    merging.sleepMilliseconds = number("shm_sleep_millisecs")
    merging.pagesShared = number("shm_pages_shared")
    merging.pagesSharing = number("shm_pages_sharing")
    merging.pagesUnshared = number("shm_pages_unshared")
    merging.fullScans = number("shm_full_scans")
    merging.mergesAcrossNodes = number("shm_merge_across_nodes").map {
      Observed($0.value != 0, $0.grade, $0.statistic)
    }
    told.merging = merging
  }

  /// The nodes and the pools of huge pages, from the capabilities.
  private mutating func readCells(_ told: inout InventoryHost) {
    let source = "libvirt capabilities"
    guard let text = try? ask(.capabilities).first?.text,
      let xml = try? XMLReader.read(Array(text.utf8), name: source)
    else { return }
    told.architecture = xml["host/cpu/arch"].flatMap {
      KernelMemory.architecture($0.trimmedText)
    }
    var smallest: UInt64?
    for cell in xml["host/topology/cells"]?.children("cell") ?? [] {
      guard let number = cell.attribute("id").flatMap({ Int($0) }), 0...65_535 ~= number else {
        note(
          inventory.name,
          "a cell has the number “\(cell.attribute("id") ?? "")” in its capabilities, and is left out;"
            + " it must be a whole number")
        continue
      }
      var node = InventoryNode(number)
      node.memoryBytes = cell["memory"].flatMap { ScaledBytes.read($0) }
        .map { .measured($0, "\(source) cell/memory") }
      node.processors = cell["cpus"]?.attribute("num").flatMap { Int($0) }
        .map { .measured($0, "\(source) cell/cpus") }
      var sizes: [(bytes: UInt64, count: UInt64)] = []
      for pages in cell.children("pages").prefix(16) {
        guard
          let size = ScaledBytes.read(
            pages.attribute("size") ?? "", unit: pages.attribute("unit")),
          let count = UInt64(pages.trimmedText), size >= 4096
        else {
          note(
            inventory.name,
            "cell \(number) tells of “\(pages.trimmedText.prefix(60))” pages of"
              + " “\((pages.attribute("size") ?? "").prefix(60))” in its capabilities, which are left out;"
              + " both must be whole numbers")
          continue
        }
        sizes.append((size, count))
      }
      let free =
        (try? ask(.freePages(kibibytes: sizes.map { $0.bytes >> 10 }, cell: number))) ?? []
      for (size, count) in sizes {
        let count64 = free.first { $0.name == "\(size >> 10)" }.flatMap { UInt64($0.text) }
        let freePages: Observed<UInt64>? = count64.map {
          .measured($0, "libvirt virNodeGetFreePages")
        }
        if let freePages {
          node.freePages.append(InventoryNode.FreePages(pageBytes: size, count: freePages))
        }
        // The smallest page is no pool.
        guard size != sizes.map(\.bytes).min() else {
          // Of the cells, the one with the smallest says it.
          if smallest.map({ size < $0 }) ?? true {
            smallest = size
            told.pageBytes = .measured(size, "\(source) cell/pages")
          }
          continue
        }
        var pool = InventoryHugePages(
          pageBytes: size, nodeNumber: number, total: .measured(count, "\(source) cell/pages"))
        pool.free = freePages
        told.hugePages.append(pool)
      }
      told.nodes.append(node)
    }
  }

  // MARK: The domains

  mutating func readDomains() throws(LibvirtError) {
    let running = try ask(.domains(running: true))
    if let stopped = try? ask(.domains(running: false)), !stopped.isEmpty {
      note(
        inventory.name,
        stopped.count == 1
          ? "1 domain is not running and is left out"
          : "\(stopped.count) domains are not running and are left out")
    }
    for field in running {
      let source = "libvirt domain \(field.text)"
      do throws(LibvirtError) {
        let text = try ask(.xml(field.subject)).first?.text ?? ""
        do throws(ImportError) {
          let description = try DomainDescription(
            XMLReader.read(Array(text.utf8), name: source), source: source)
          let group = description.id.flatMap { id in
            kernel?.groups.first { $0.isOfDomain(id) }
          }
          domains.append(
            Domain(
              uuid: field.subject,
              reading: DomainReading(
                description: description, statistics: DomainStatistics(), second: nil,
                group: group, defaultPoolPage: kernel?.information["Hugepagesize"])))
        } catch {
          for problem in error.problems { note(field.text, problem.place) }
        }
      } catch {
        note(field.text, Self.sentence(error))
      }
    }
  }

  private static func sentence(_ error: LibvirtError) -> String {
    error.isGone ? "it went away while the host was read" : error.description
  }

  /// Reads the statistics of all domains, of each whose bulk statistics lack the balloon by itself.
  mutating func readStatistics() {
    var bulk: [LibvirtField] = []
    do throws(LibvirtError) {
      bulk = try ask(.statistics)
    } catch {
      note(inventory.name, "the bulk statistics are missing: \(error)")
    }
    let bySubject = Dictionary(grouping: bulk, by: \.subject)
    for index in domains.indices where !domains[index].isGone {
      var statistics = DomainStatistics()
      statistics.add(bySubject[domains[index].uuid] ?? [])
      if statistics["balloon.rss"] == nil {
        do throws(LibvirtError) {
          statistics.add(try ask(.balloon(domains[index].uuid)))
        } catch {
          note(domains[index].reading.description.name, Self.sentence(error))
          domains[index].isGone = error.isGone
        }
      }
      guard !statistics.isEmpty else { continue }
      domains[index].reading.statistics = statistics
      domains[index].reading.second = host.now()
      if let usage = domains[index].reading.usage {
        if domains[index].usage.last?.second == usage.second { domains[index].usage.removeLast() }
        domains[index].usage.append(usage)
      }
    }
  }

  /// Reads the statistics again and again until the time is over.
  mutating func sample() {
    var elapsed = 0
    let step = max(host.interval, 1)
    while elapsed + step <= host.sampledSeconds {
      host.wait(step)
      elapsed += step
      readStatistics()
    }
  }

  // MARK: Balloons

  /// Gives every balloon without a statistics period one, and waits for what it tells.
  mutating func setPeriods() {
    for index in domains.indices {
      guard let balloon = domains[index].reading.description.balloon,
        balloon.statisticsSeconds == 0
      else { continue }
      do throws(LibvirtError) {
        _ = try ask(.setPeriod(domains[index].uuid, seconds: max(host.interval, 1)))
        domains[index].isPeriodSet = true
        domains[index].reading.description.balloon?.statisticsSeconds = max(host.interval, 1)
      } catch {
        note(domains[index].reading.description.name, Self.sentence(error))
      }
    }
    if domains.contains(where: \.isPeriodSet) { host.wait(max(host.interval, 1) + 1) }
  }

  /// Takes the periods back that were set.
  mutating func restorePeriods() {
    for index in domains.indices where domains[index].isPeriodSet {
      do throws(LibvirtError) {
        _ = try ask(.setPeriod(domains[index].uuid, seconds: 0))
      } catch {
        note(
          domains[index].reading.description.name,
          "its balloon’s statistics period stays set: \(error)")
      }
    }
  }

  /// The inventory of what was read.
  consuming func finish() -> Inventory {
    for domain in domains {
      var machine = domain.reading.machine(on: inventory.name)
      machine.usage = domain.usage
      if domain.isPeriodSet {
        machine.balloon?.statisticsSeconds = .measured(
          0, "libvirt domain/devices/memballoon/stats, but for the import")
      }
      inventory.machines.append(machine)
      for remark in domain.isGone ? [] : domain.reading.remarks { note(machine.name, remark) }
    }
    return inventory
  }
}
