/*
 * containers: C++ containers that are filled and emptied.
 */
#include "honest.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace
{

std::string text(size_t longest)
{
	return std::string(1 + random_below((uint32_t)longest), 'x');
}

/* Users that come and go by chance. */
void round_map(unsigned)
{
	static std::map<unsigned, std::string> users;

	for (int i = 0; i < 3; i++) {
		unsigned user = random_below(20000);

		if (!users.erase(user))
			users[user] = text(500);
	}
}

void round_strings(unsigned)
{
	static std::vector<std::string> lines(2000);

	for (int i = 0; i < 4; i++) {
		std::string &line = lines[random_below(2000)];

		line += text(200);
		if (line.size() > 2000)
			line = text(100);
	}
	lines[random_below(2000)].shrink_to_fit();
}

/* The oldest of 6,000 makes room for a new one. */
void round_bounded(unsigned round)
{
	static std::unordered_map<unsigned, std::string> entries;

	for (unsigned i = round * 2; i < round * 2 + 2; i++) {
		entries.emplace(i, text(800));
		if (i >= 6000)
			entries.erase(i - 6000);
	}
}

void round_deque(unsigned round)
{
	static std::deque<std::string> queue;

	/* Three seconds of more, then three of less. */
	for (int i = 0; i < (round / 600 % 2 ? 2 : 6); i++)
		queue.push_back(text(400));
	for (int i = 0; i < 4 && !queue.empty(); i++)
		queue.pop_front();
}

struct vertex {
	std::vector<std::shared_ptr<vertex>> edges;
	std::string name;
};

/* A graph of shared vertices is built for five seconds, and dropped at once. */
void round_graph(unsigned round)
{
	static std::vector<std::shared_ptr<vertex>> graph;

	if (round % 1000 == 0)
		graph.clear();
	auto v = std::make_shared<vertex>();
	v->name = text(300);
	for (int i = 0; i < 3 && !graph.empty(); i++)
		v->edges.push_back(graph[random_below((uint32_t)graph.size())]);
	graph.push_back(v);
}

} // namespace

const struct mode modes[] = {
    {"map", nullptr, round_map},	 {"strings", nullptr, round_strings},
    {"bounded", nullptr, round_bounded}, {"deque", nullptr, round_deque},
    {"graph", nullptr, round_graph},	 {},
};
