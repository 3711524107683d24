/** Tests of HTTP and JSON on the client port. */
package dev.plinth.server.gateway;
